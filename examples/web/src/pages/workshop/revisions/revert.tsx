// Taking something back: first what would become of it, with what stands in the way, then the deed.
import { useEffect, useRef, useState } from "react";
import type { RevertObstacleReason } from "../../../gql/graphql";
import { useNotify } from "../../../parts/notices";
import { Differences } from "../differences";
import { labelOf } from "../fields";
import { told, useRevert, type Meant, type Outcome, type Reverted } from "../runs";

const REASONS: Record<RevertObstacleReason, string> = {
  CHANGED_SINCE: "was changed since: take that change back first",
  STAYS_ONCE_CREATED: "was created by it, and stays",
  NOT_THERE: "is not there any more",
};

export function TakeBack({ meant, name, label }: { meant: Meant; name: string; label: string }) {
  const notify = useNotify();
  const { isBusy, revert } = useRevert();
  const [shown, show] = useState<Outcome | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), [shown]);

  const take = async () => {
    const done = await revert(meant, "write");
    if (done) notify(told(done));
    show(null);
  };
  const isPossible = shown !== null && (shown.hasMore || shown.results.some(({ changes }) => changes.length > 0));
  return (
    <>
      {!shown && (
        <button
          type="button"
          className="button small"
          aria-label={`${label} ${name}`}
          disabled={isBusy}
          onClick={() => void revert(meant, "preview").then(show)}
        >
          {label}
        </button>
      )}
      {shown && (
        <div ref={panel} className="panel" role="region" aria-label={`What taking back ${name} would do`} tabIndex={-1}>
          <h3>{isPossible ? "It would become" : "There is nothing to take back"}</h3>
          <ul className="outcomes">
            {shown.results.map((result) => (
              <OneResult key={result.revision.id} result={result} />
            ))}
          </ul>
          {shown.hasMore && <p className="hint">These are the latest 100; there are more in the run.</p>}
          <p className="actions">
            {isPossible && (
              <button type="button" className="button small main" disabled={isBusy} onClick={() => void take()}>
                Do it
              </button>
            )}
            <button type="button" className="button small" disabled={isBusy} onClick={() => show(null)}>
              Leave it
            </button>
          </p>
        </div>
      )}
    </>
  );
}

function OneResult({ result }: { result: Reverted }) {
  const { revision, changes, obstacles } = result;
  return (
    <li>
      <strong>{revision.nodeName ?? "What is not there any more"}</strong>
      <Differences changes={changes} />
      {obstacles.map(({ field, reason }) => (
        <p key={(field ?? "") + reason} className="field-error">
          {field ? labelOf(field) : "It"} {REASONS[reason]}.
        </p>
      ))}
      {changes.length === 0 && obstacles.length === 0 && <p className="hint">It is so already.</p>}
    </li>
  );
}

/** Takes a run back at once; whoever wants to look first goes by `TakeBack`. */
export function Undo({ run, onDone }: { run: string; onDone: () => void }) {
  const notify = useNotify();
  const { isBusy, revert } = useRevert();
  const undo = async () => {
    const done = await revert({ run }, "write");
    if (!done) return;
    notify(told(done));
    onDone();
  };
  return (
    <button type="button" className="button small" disabled={isBusy} onClick={() => void undo()}>
      Undo
    </button>
  );
}
