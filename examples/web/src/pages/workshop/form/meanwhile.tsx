// What others have changed since a form was begun, beside what is typed here.
import { useCallback, useEffect, useState } from "react";
import { useClient } from "urql";
import { graphql } from "../../../gql";
import type { ShownRevisionFragment } from "../../../gql/graphql";
import { moment } from "../../../parts/format";
import { Differences } from "../differences";
import type { AnySpec } from "../fields";
import { whoOf } from "../revisions/list";

const SinceDocument = graphql(`
  query RevisionsSince($node: ID!) { revisions(filter: { node: $node }, first: 100) { nodes { ...ShownRevision } } }
`);

/**
 * Follows what is edited while nothing is typed. Once something is, it finds out who changed it; what was done by the
 * form itself, as a lock, is followed without a word.
 */
export function useMeanwhile<Node extends { id: string; revision: number }>(
  node: Node,
  base: Node,
  isTyped: boolean,
  follow: (node: Node) => void,
) {
  const client = useClient();
  const [since, setSince] = useState<ShownRevisionFragment[] | null>(null);
  const [runs, setRuns] = useState<string[]>([]);
  const own = useCallback((run: string) => setRuns((now) => [...now, run]), []);

  useEffect(() => {
    if (!isTyped || node.revision === base.revision) {
      setSince(null);
      follow(node);
      return;
    }
    let isLeft = false;
    void client
      .query(SinceDocument, { node: node.id }, { requestPolicy: "network-only" })
      .toPromise()
      .then(({ data }) => {
        if (isLeft) return;
        const newer = (data?.revisions?.nodes ?? []).filter(({ number }) => number > base.revision);
        const others = newer.filter(({ run }) => !runs.includes(run));
        const isOwn = others.length === 0 && newer.length >= node.revision - base.revision;
        if (isOwn) follow(node);
        setSince(isOwn ? null : others);
      });
    return () => {
      isLeft = true;
    };
  }, [client, node, base.revision, isTyped, runs, follow]);

  return { since, own };
}

interface MeanwhileProps {
  since: ShownRevisionFragment[];
  /** The fields that are typed here. */
  mine: AnySpec[];
  keep: () => void;
  drop: () => void;
}

export function Meanwhile({ since, mine, keep, drop }: MeanwhileProps) {
  const both = mine.filter(({ inFiles }) =>
    since.some(({ changes }) => changes.some(({ field }) => field === inFiles)),
  );
  return (
    <div className="panel warned" role="alert" aria-label="Changed meanwhile">
      <h2>Somebody has changed it meanwhile</h2>
      {since.length === 0 && <p className="hint">The change has left no revision: look at the fields again.</p>}
      <ol className="revisions">
        {since.map((revision) => (
          <li key={revision.id}>
            <p>
              <strong>{whoOf(revision)}</strong> <span className="hint">{moment(revision.at)}</span>
            </p>
            <Differences changes={revision.changes} />
          </li>
        ))}
      </ol>
      <p className="hint">
        {both.length > 0
          ? `You have typed over the same: ${both.map(({ label }) => label).join(", ")}. Whoever saves last wins.`
          : `You have typed over other fields: ${mine.map(({ label }) => label).join(", ")}.`}
      </p>
      <p className="actions">
        <button type="button" className="button small main" onClick={keep}>
          Keep what I typed
        </button>
        <button type="button" className="button small" onClick={drop}>
          Drop what I typed
        </button>
      </p>
    </div>
  );
}
