// Two titles, side by side, and how they become one.
import { useSearchParams } from "wouter";
import { useClient, useQuery } from "urql";
import { graphql } from "../../../gql";
import type { MergedTitleFragment } from "../../../gql/graphql";
import { Failure, Nothing } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { Picture } from "../../../parts/poster";
import { CATALOGUE } from "../runs";
import { MergeForm, type Merged, type One } from "./merge";

const TitlesDocument = graphql(`
  query MergedTitles($one: ID!, $other: ID!) {
    one: node(id: $one) { __typename ...MergedTitle }
    other: node(id: $other) { __typename ...MergedTitle }
  }
`);

graphql(`
  fragment MergedTitle on Title {
    __typename id slug name originalName year premiered watchers revision
    genres { id name }
    externalIds { provider value }
    image(kind: [POSTER]) { url(width: 185) dominantColor }
  }
`);

const MergeDocument = graphql(`
  mutation MergeTitles($input: MergeTitlesInput!) {
    mergeTitles(input: $input) {
      title { id }
      changes { field before after }
      warnings run
      userErrors { code message field }
    }
  }
`);

export function MergeTitlesPage({ one, other }: { one: string; other: string }) {
  useName("Merge");
  const client = useClient();
  const [params] = useSearchParams();
  const variables = { one, other };
  const [{ data, error }, again] = useQuery({ query: TitlesDocument, variables, context: CATALOGUE });
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !data) return <Failure error={error} retry={readAgain} />;
  if (!data) return <p className="hint">Reading…</p>;
  const [first, second] = [titleOf(data.one), titleOf(data.other)];
  if (!first || !second) return <Nothing>One of the two titles is not there any more.</Nothing>;

  const merge = async (goes: string, into: string, dryRun: boolean): Promise<Merged | undefined> => {
    const revisionOf = (id: string) => [first, second].find((title) => title.id === id)?.revision;
    const [baseRevision, gone] = [revisionOf(into), revisionOf(goes)];
    const input = { from: [goes], into, dryRun, ...(gone && { baseRevision, fromRevisions: [gone] }) };
    const { data: done } = await client.mutation(MergeDocument, { input }, CATALOGUE).toPromise();
    return done ? { ...done.mergeTitles, beside: null } : undefined;
  };
  return (
    <>
      <h1>Merge two titles</h1>
      <p className="hint">
        One stays, with what the other has besides; what profiles had of either they have of that one. The other leads
        there from then on.
      </p>
      <MergeForm pair={[shownOf(first), shownOf(second)]} stays={params.get("into")} merge={merge} readAgain={readAgain} />
    </>
  );
}

type Node = { __typename: string } | null | undefined;

function titleOf(node: Node): MergedTitleFragment | undefined {
  return node?.__typename === "Film" || node?.__typename === "Series" ? (node as MergedTitleFragment) : undefined;
}

function shownOf(title: MergedTitleFragment): One {
  const { __typename, id, name, slug, originalName, year, watchers, genres, externalIds, image } = title;
  const lines = [
    `${words(__typename)} · ${year ?? "no year"} · ${watchers === 1 ? "1 profile has" : `${watchers} profiles have`} watched it`,
    originalName && originalName !== name && `Originally ${originalName}`,
    genres.map((genre) => genre.name).join(", "),
    externalIds.map(({ provider, value }) => `${provider} ${value}`).join(", "),
  ].filter(Boolean);
  const about = (
    <div className="pair-title">
      <Picture image={image} shape="upright" />
      <span>
        {lines.map((line) => (
          <span key={line as string} className="hint">
            {line}
          </span>
        ))}
      </span>
    </div>
  );
  return { __typename, id, name, slug, about };
}
