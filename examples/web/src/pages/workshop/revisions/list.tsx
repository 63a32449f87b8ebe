// Revisions, the latest first: who, when, by what, and what was before and after.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import type { RevisionFilter, ShownRevisionFragment } from "../../../gql/graphql";
import { Failure } from "../../../parts/failure";
import { moment, words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { Pages, type PageProps } from "../../../parts/pages";
import { nodeAddress, revisionsAddress } from "../addresses";
import { Differences } from "../differences";
import { TakeApart } from "../merge/undo";
import { CATALOGUE } from "../runs";
import { TakeBack } from "./revert";

const RevisionsDocument = graphql(`
  query WorkshopRevisions($filter: RevisionFilter!, $first: Int!, $after: String) {
    revisions(filter: $filter, first: $first, after: $after) {
      nodes { ...ShownRevision }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

graphql(`
  fragment ShownRevision on Revision {
    id node { __typename id } nodeName nodeNameThen number kind at author authorId authorName source run
    changes { field before after }
  }
`);

interface ListProps {
  filter: RevisionFilter;
  first?: number;
  /** Whether it is said of each what was changed; not so where all are of one thing. */
  isOfMany?: boolean;
  hasMore?: boolean;
}

export function RevisionList({ filter, first = 20, isOfMany = false, hasMore = true }: ListProps) {
  const list = { filter, first, isOfMany };
  return <Pages page={({ after, more }) => <Page {...list} after={after} more={hasMore ? more : undefined} />} />;
}

interface RevisionsProps extends PageProps {
  filter: RevisionFilter;
  first: number;
  isOfMany: boolean;
}

function Page({ filter, first, isOfMany, after, more }: RevisionsProps) {
  const variables = { filter, first, after };
  const [{ data, error }, again] = useQuery({ query: RevisionsDocument, variables, context: CATALOGUE });
  const list = data?.revisions;
  if (error && !list) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  return (
    <>
      {after === null && list?.nodes.length === 0 && <p className="hint">Nothing was changed.</p>}
      <ol className="revisions">
        {list?.nodes.map((revision) => (
          <OneRevision key={revision.id} revision={revision} isOfMany={isOfMany} />
        ))}
      </ol>
      <More pageInfo={list?.pageInfo} more={more} />
    </>
  );
}

/** What was done, beside the name of who did it. */
const KINDS = { CREATED: "Created", CHANGED: "Changed", MERGED: "Merged" } as const;
const AUTHORS = { COMMAND: "a command", USER: "somebody", API_KEY: "a key", ERASED: "an erased account" } as const;

export function whoOf({ author, authorName }: ShownRevisionFragment): string {
  return authorName ? (author === "API_KEY" ? `a key of ${authorName}` : authorName) : AUTHORS[author];
}

export function OneRevision({ revision, isOfMany }: { revision: ShownRevisionFragment; isOfMany: boolean }) {
  const { node, nodeName, nodeNameThen, number, kind, at, authorId, source, run, changes } = revision;
  const what = nodeName ?? nodeNameThen ?? "What is not there any more";
  const who = whoOf(revision);
  return (
    <li className="panel">
      <p>
        {isOfMany && (
          <>
            {node ? <Link href={nodeAddress(node)}>{what}</Link> : what}
            {nodeNameThen && nodeNameThen !== what && <span className="hint">, then {nodeNameThen}</span>}
            {" · "}
          </>
        )}
        <strong>
          {KINDS[kind]} by {authorId ? <Link href={revisionsAddress({ who: authorId })}>{who}</Link> : who}
        </strong>
      </p>
      <p className="hint">
        {moment(at)} · revision {number} ·{" "}
        <Link href={revisionsAddress({ run })}>{words(source)}, and what came with it</Link>
      </p>
      <Differences changes={changes} />
      {kind === "MERGED" && <TakeApart run={run} name={what} />}
      {source !== "MERGE" && (
        <TakeBack meant={{ revision: revision.id }} name={`revision ${number} of ${what}`} label="Take back" />
      )}
    </li>
  );
}
