// Somebody who made films: who that is, and the titles, with what they did for each.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useChange } from "../parts/change";
import { Failure, Nothing } from "../parts/failure";
import { day, words } from "../parts/format";
import { useName } from "../parts/name";
import { Grid, Placeholders, Poster } from "../parts/poster";
import { useIsCurator } from "../session/role";
import { useSession } from "../session/session";
import { nodeAddress } from "./workshop/addresses";

const PersonDocument = graphql(`
  query PersonPage($slug: String!) {
    person(slug: $slug) {
      __typename id name born died birthplace biography viewerMuted
      titles(first: 60) { totalCount edges { node { ...Card } roles { role character } } }
    }
  }
`);

const MuteDocument = graphql(`
  mutation MuteTaste($source: ID!, $muted: Boolean!) {
    muteTaste(input: { source: $source, muted: $muted }) {
      source { ... on Person { id viewerMuted } ... on Genre { id viewerMuted } }
      userErrors { code message field }
    }
  }
`);

export function PersonPage({ slug }: { slug: string }) {
  const { viewer } = useSession();
  const isCurator = useIsCurator();
  const [isBusy, change] = useChange();
  const [{ data, error }, again] = useQuery({ query: PersonDocument, variables: { slug } });
  useName(data?.person?.name);
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  if (data && !data.person) return <Nothing>There is nobody of this name here.</Nothing>;

  const person = data?.person;
  const facts = [
    person?.born && `Born ${day(person.born)}`,
    person?.birthplace,
    person?.died && `Died ${day(person.died)}`,
  ].filter(Boolean);
  return (
    <div className="page">
      <header className="section-head">
        <h1>{person?.name ?? <>&nbsp;</>}</h1>
        {viewer && person && (
          <button
            type="button"
            className="button small"
            aria-pressed={person.viewerMuted === true}
            disabled={isBusy}
            onClick={() => void change(MuteDocument, { source: person.id, muted: !person.viewerMuted })}
          >
            {person.viewerMuted ? "Brings no suggestions" : "Suggest nothing because of them"}
          </button>
        )}
      </header>
      {facts.length > 0 && <p className="facts">{facts.join(" · ")}</p>}
      {isCurator && person && (
        <p>
          <Link href={nodeAddress(person)} className="button small">
            Edit in the workshop
          </Link>
        </p>
      )}
      {person?.biography && <p className="overview">{person.biography}</p>}
      <Grid>
        {person ? (
          person.titles?.edges.map(({ node, roles }) => (
            <li key={node.id}>
              <Poster title={node} note={roles?.map(({ role, character }) => character ?? words(role)).join(", ")} />
            </li>
          ))
        ) : (
          <Placeholders count={12} />
        )}
      </Grid>
    </div>
  );
}
