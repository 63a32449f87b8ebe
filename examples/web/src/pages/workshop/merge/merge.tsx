// Making two one: who stays is chosen, what would become of it is shown, then it is done, and can be undone at once.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { sentence, type UserError } from "../../../parts/form";
import { nodeAddress, revisionsAddress } from "../addresses";
import { Differences, type FieldChange } from "../differences";
import { UndoMerge } from "./undo";

/** One of the two. */
export interface One {
  __typename: string;
  id: string;
  name: string;
  slug: string;
  /** What tells it from the other. */
  about: ReactNode;
}

export interface Merged {
  changes: FieldChange[];
  warnings: string[];
  /** What else is other than before, in a sentence. */
  beside: string | null;
  /** Null if nothing was written. */
  run: string | null;
  userErrors: UserError[];
}

interface MergeProps {
  pair: [One, One];
  /** Who stays unless another is chosen. */
  stays: string | null;
  /** Undefined if the request failed, of which the client tells. */
  merge: (goes: string, into: string, dryRun: boolean) => Promise<Merged | undefined>;
  readAgain: () => void;
}

export function MergeForm({ pair, stays, merge, readAgain }: MergeProps) {
  // Once they are one, what is read of either is the same.
  const [shown, show] = useState(pair);
  const [into, setInto] = useState(pair.some(({ id }) => id === stays) ? stays : pair[0].id);
  const [isBusy, setBusy] = useState(false);
  const [errors, setErrors] = useState<UserError[]>([]);
  const [preview, setPreview] = useState<Merged | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), [preview, done]);
  const areTwo = pair[0].id !== pair[1].id;
  const key = pair.map(({ id, name, slug }) => `${id} ${slug} ${name}`).join("\n");
  useEffect(() => {
    if (areTwo) show(pair);
    // What was previewed was of what they were then.
    setPreview(null);
  }, [key]);

  const [one, other] = shown;
  const kept = one.id === into ? one : other;
  const goes = one.id === into ? other : one;
  const send = async (dryRun: boolean) => {
    setBusy(true);
    const merged = await merge(goes.id, kept.id, dryRun);
    setBusy(false);
    if (!merged) return;
    setErrors(merged.userErrors);
    setPreview(null);
    if (merged.userErrors.some(({ code }) => code === "STALE_REVISION")) readAgain();
    if (merged.userErrors.length > 0) return;
    if (dryRun) setPreview(merged);
    else setDone(merged.run);
  };

  if (!areTwo && !done) return <p className="hint">They are one already.</p>;
  return (
    <>
      <fieldset disabled={isBusy || done !== null}>
        <legend>Which one stays</legend>
        <div className="pair">
          {shown.map((each) => (
            <div key={each.id} className="choice">
              <label className="check">
                <input
                  type="radio"
                  name="into"
                  checked={each.id === into}
                  onChange={() => {
                    setInto(each.id);
                    setPreview(null);
                    setErrors([]);
                  }}
                />{" "}
                <strong>{each.name}</strong> <span className="hint">{each.slug}</span>
              </label>
              {each.about}
              {!done && (
                <Link href={nodeAddress(each)} className="hint" aria-label={`Form of ${each.slug}`}>
                  Its form
                </Link>
              )}
            </div>
          ))}
        </div>
      </fieldset>
      <div role="alert" className="form-errors">
        {errors.map((error) => (
          <p key={error.code + error.message}>{sentence(error)}</p>
        ))}
      </div>
      {!preview && !done && (
        <p className="actions">
          <button type="button" className="button" disabled={isBusy} onClick={() => void send(true)}>
            Preview
          </button>
        </p>
      )}
      {preview && (
        <div ref={panel} className="panel" role="region" aria-label="Preview" tabIndex={-1}>
          <h2>
            {goes.slug} would go, and {kept.slug} stand for it
          </h2>
          <MergedChanges merged={preview} />
          <p className="actions">
            <button type="button" className="button main" disabled={isBusy} onClick={() => void send(false)}>
              Merge them
            </button>
            <button type="button" className="button" disabled={isBusy} onClick={() => setPreview(null)}>
              Leave them
            </button>
          </p>
        </div>
      )}
      {done && (
        <div ref={panel} className="panel" role="region" aria-label="Merged" tabIndex={-1}>
          <p>
            {goes.slug} is gone, and <Link href={nodeAddress(kept)}>{kept.name}</Link> stands for it.
          </p>
          <p className="actions">
            <UndoMerge
              run={done}
              onDone={() => {
                setDone(null);
                readAgain();
              }}
            />
            <Link href={revisionsAddress({ run: done })} className="button small">
              What it changed
            </Link>
          </p>
        </div>
      )}
    </>
  );
}

/** What is other than before, or would be. */
export function MergedChanges({ merged }: { merged: Pick<Merged, "changes" | "warnings" | "beside"> }) {
  const { changes, warnings, beside } = merged;
  return (
    <>
      <Differences changes={changes} />
      {changes.length === 0 && <p className="hint">No field is other than now.</p>}
      {beside && <p className="hint">{beside}</p>}
      {warnings.map((warning) => (
        <p key={warning} className="hint">
          {warning}
        </p>
      ))}
    </>
  );
}

/** Of how much the credits are others, as a sentence; null: of nothing. */
export function creditsBeside(titles: number, episodes: number): string | null {
  const parts = [
    titles > 0 && (titles === 1 ? "1 title" : `${titles} titles`),
    episodes > 0 && (episodes === 1 ? "1 episode" : `${episodes} episodes`),
  ].filter(Boolean);
  return parts.length > 0 ? `Credits of ${parts.join(" and ")} with it.` : null;
}
