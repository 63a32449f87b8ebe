// Taking what was merged apart again: at once where it was done just now, else after a look at what that does.
import { useEffect, useRef, useState } from "react";
import { graphql } from "../../../gql";
import type { UndoMergeMutation } from "../../../gql/graphql";
import { useChange } from "../../../parts/change";
import { useNotify } from "../../../parts/notices";
import { CATALOGUE } from "../runs";
import { creditsBeside, MergedChanges } from "./merge";

const UndoDocument = graphql(`
  mutation UndoMerge($input: UndoMergeInput!) {
    undoMerge(input: $input) {
      changes { field before after }
      warnings changedTitles changedEpisodes run
      userErrors { code message field }
    }
  }
`);

type Undone = UndoMergeMutation["undoMerge"];

/** Shows what it would do, or does it; null if it failed or was refused, which the person was told by then. */
function useUndo(run: string) {
  const [isBusy, change] = useChange();
  const undo = async (dryRun: boolean): Promise<Undone | null> => {
    const done = await change(UndoDocument, { input: { id: run, dryRun } }, CATALOGUE);
    return done?.undoMerge ?? null;
  };
  return { isBusy, undo };
}

const TOLD = "They are taken apart again.";

/** Undoes a merge at once; whoever wants to look first goes by `TakeApart`. */
export function UndoMerge({ run, onDone }: { run: string; onDone: () => void }) {
  const notify = useNotify();
  const { isBusy, undo } = useUndo(run);
  const take = async () => {
    if (!(await undo(false))) return;
    notify(TOLD);
    onDone();
  };
  return (
    <button type="button" className="button small" disabled={isBusy} onClick={() => void take()}>
      Undo
    </button>
  );
}

export function TakeApart({ run, name }: { run: string; name: string }) {
  const notify = useNotify();
  const { isBusy, undo } = useUndo(run);
  const [shown, show] = useState<Undone | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasShown = useRef(false);
  useEffect(() => {
    if (shown) panel.current?.focus();
    else if (wasShown.current) opener.current?.focus();
    wasShown.current = shown !== null;
  }, [shown]);

  const take = async () => {
    if (await undo(false)) notify(TOLD);
    show(null);
  };
  if (!shown) {
    return (
      <button
        ref={opener}
        type="button"
        className="button small"
        aria-label={`Take ${name} apart again`}
        disabled={isBusy}
        onClick={() => void undo(true).then(show)}
      >
        Take apart
      </button>
    );
  }
  const beside = creditsBeside(shown.changedTitles, shown.changedEpisodes);
  return (
    <div ref={panel} className="panel" role="region" aria-label={`What taking ${name} apart would do`} tabIndex={-1}>
      <h3>What stayed would become</h3>
      <MergedChanges merged={{ ...shown, beside }} />
      <p className="actions">
        <button type="button" className="button small main" disabled={isBusy} onClick={() => void take()}>
          Do it
        </button>
        <button type="button" className="button small" disabled={isBusy} onClick={() => show(null)}>
          Leave it
        </button>
      </p>
    </div>
  );
}
