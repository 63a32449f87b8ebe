// Two people, side by side, and how they become one.
import { useSearchParams } from "wouter";
import { useClient, useQuery } from "urql";
import { graphql } from "../../../gql";
import type { MergedPersonFragment } from "../../../gql/graphql";
import { Failure, Nothing } from "../../../parts/failure";
import { day } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { CATALOGUE } from "../runs";
import { creditsBeside, MergeForm, type Merged, type One } from "./merge";

const PeopleDocument = graphql(`
  query MergedPeople($one: ID!, $other: ID!) {
    one: node(id: $one) { __typename ...MergedPerson }
    other: node(id: $other) { __typename ...MergedPerson }
  }
`);

graphql(`
  fragment MergedPerson on Person {
    __typename id slug name born died birthplace
    externalIds { provider value }
    titles(first: 5) { totalCount nodes { __typename id name year } }
  }
`);

const MergeDocument = graphql(`
  mutation MergePeople($input: MergePeopleInput!) {
    mergePeople(input: $input) {
      person { id }
      changes { field before after }
      warnings changedTitles changedEpisodes run
      userErrors { code message field }
    }
  }
`);

export function MergePeoplePage({ one, other }: { one: string; other: string }) {
  useName("Merge");
  const client = useClient();
  const [params] = useSearchParams();
  const variables = { one, other };
  const [{ data, error }, again] = useQuery({ query: PeopleDocument, variables, context: CATALOGUE });
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !data) return <Failure error={error} retry={readAgain} />;
  if (!data) return <p className="hint">Reading…</p>;
  const [first, second] = [data.one, data.other];
  if (first?.__typename !== "Person" || second?.__typename !== "Person") {
    return <Nothing>One of the two people is not there any more.</Nothing>;
  }

  const merge = async (goes: string, into: string, dryRun: boolean): Promise<Merged | undefined> => {
    const input = { people: [goes], into, dryRun };
    const { data: done } = await client.mutation(MergeDocument, { input }, CATALOGUE).toPromise();
    if (!done) return undefined;
    const { changedTitles, changedEpisodes, ...merged } = done.mergePeople;
    return { ...merged, beside: creditsBeside(changedTitles, changedEpisodes) };
  };
  return (
    <>
      <h1>Merge two people</h1>
      <p className="hint">
        One stays, with what is known of the other besides; all credits of either name that one. The other leads there
        from then on.
      </p>
      <MergeForm pair={[shownOf(first), shownOf(second)]} stays={params.get("into")} merge={merge} readAgain={readAgain} />
    </>
  );
}

function shownOf(person: MergedPersonFragment): One {
  const { __typename, id, name, slug, born, died, birthplace, externalIds, titles } = person;
  const count = titles?.totalCount ?? 0;
  const some = (titles?.nodes ?? []).map((title) => title.name);
  const lines = [
    [born && `born ${day(born)}`, birthplace, died && `died ${day(died)}`].filter(Boolean).join(" · "),
    externalIds.map(({ provider, value }) => `${provider} ${value}`).join(", "),
    count > 0 && `${count === 1 ? "1 title" : `${count} titles`}: ${some.join(", ")}${count > some.length ? " …" : ""}`,
  ].filter(Boolean);
  const about = (
    <div className="about">
      {lines.map((line) => (
        <p key={line as string} className="hint">
          {line}
        </p>
      ))}
    </div>
  );
  return { __typename, id, name, slug, about };
}
