// A field of the form with its lock beside it.
import { useId, type ReactNode } from "react";
import { graphql } from "../../../gql";
import { useChange } from "../../../parts/change";
import { sentence, type UserError } from "../../../parts/form";
import { labelOf, type AnySpec, type Draft } from "../fields";
import { CATALOGUE } from "../runs";
import { Editor } from "./editor";

const LocksDocument = graphql(`
  mutation SetLocks($input: SetLocksInput!) {
    setLocks(input: $input) { results { nodeId lockedFields } run userErrors { code message field } }
  }
`);

interface FieldProps {
  spec: AnySpec;
  draft: Draft;
  onChange: (draft: Draft) => void;
  errors: UserError[];
  isChanged: boolean;
  /** Whether there is more of it than could be read. */
  isUnread: boolean;
  lock: ReactNode;
}

export function OneField({ spec, draft, onChange, errors, isChanged, isUnread, lock }: FieldProps) {
  const id = useId();
  const hint = isUnread ? "There are more than 100, which cannot be edited here." : spec.hint;
  const isOfRows = typeof draft !== "string";
  return (
    <div className={isChanged ? "field changed" : "field"}>
      <div className="field-head">
        {isOfRows ? <span className="label">{spec.label}</span> : <label htmlFor={id}>{spec.label}</label>}
        {lock}
      </div>
      <Editor
        id={id}
        spec={spec}
        draft={draft}
        onChange={onChange}
        describedBy={`${id}-about`}
        isWrong={errors.length > 0}
        isDisabled={isUnread}
      />
      <p id={`${id}-about`} className={errors.length > 0 ? "field-error" : "hint"}>
        {errors.length > 0 ? errors.map(sentence).join(" ") : hint}
      </p>
    </div>
  );
}

interface LockProps {
  node: { id: string; lockedFields: string[] | null };
  /** As files call it. */
  field: string;
  /** Told the run in which the lock was set. */
  onLocked: (run: string) => void;
}

export function LockButton({ node, field, onLocked }: LockProps) {
  const [isBusy, change] = useChange();
  const isLocked = node.lockedFields?.includes(field) ?? false;
  const toggle = async () => {
    const input = { ids: [node.id], fields: [field], locked: !isLocked };
    const done = await change(LocksDocument, { input }, CATALOGUE);
    if (done?.setLocks.run) onLocked(done.setLocks.run);
  };
  return (
    <button
      type="button"
      className="button small lock"
      aria-pressed={isLocked}
      aria-label={`Lock ${labelOf(field)}`}
      title={isLocked ? "Locked: no load, scan or merge changes it" : "Open: a load may change it"}
      disabled={isBusy}
      onClick={() => void toggle()}
    >
      <Padlock isLocked={isLocked} />
    </button>
  );
}

function Padlock({ isLocked }: { isLocked: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path
        d={isLocked ? "M8 11V7a4 4 0 0 1 8 0v4" : "M8 11V7a4 4 0 0 1 7.5-2"}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
      <path d="M5 11h14v10H5z" fill="currentColor" />
    </svg>
  );
}
