// The episodes of a series, a season at a time, each with the way to its form.
import { useState } from "react";
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import { Failure } from "../../../parts/failure";
import { day, length } from "../../../parts/format";
import { More } from "../../../parts/more";
import { Pages, type PageProps } from "../../../parts/pages";
import { nodeAddress } from "../addresses";
import { CATALOGUE } from "../runs";

const SeasonsDocument = graphql(`
  query WorkshopSeasons($id: ID!) {
    node(id: $id) { __typename ... on Series { id seasons(includeSpecials: true) { id number name } } }
  }
`);

const SeasonDocument = graphql(`
  query WorkshopSeason($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      ... on Season {
        id
        episodes(first: 50, after: $after) {
          nodes { __typename id label name(language: "en") aired duration lockedFields }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

export function Episodes({ series }: { series: string }) {
  const [chosen, choose] = useState<string>();
  const variables = { id: series };
  const [{ data, error }, again] = useQuery({ query: SeasonsDocument, variables, context: CATALOGUE });
  const seasons = data?.node?.__typename === "Series" ? (data.node.seasons ?? []) : [];
  const season =
    seasons.find(({ id }) => id === chosen) ?? seasons.find(({ number }) => number > 0) ?? seasons[0];
  return (
    <section aria-labelledby="episodes">
      <header className="section-head">
        <h2 id="episodes">Episodes</h2>
        {season && (
          <select aria-label="Season" value={season.id} onChange={(event) => choose(event.target.value)}>
            {seasons.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </header>
      {error && !data && <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />}
      {data && !season && <p className="hint">It has none yet.</p>}
      {season && <Pages key={season.id} page={(props) => <Page season={season.id} {...props} />} />}
    </section>
  );
}

function Page({ season, after, more }: PageProps & { season: string }) {
  const variables = { id: season, after };
  const [{ data, error }, again] = useQuery({ query: SeasonDocument, variables, context: CATALOGUE });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const list = data?.node?.__typename === "Season" ? data.node.episodes : undefined;
  return (
    <>
      <ol className="episode-list">
        {list?.nodes.map((episode) => {
          const { id, label, name, aired, duration, lockedFields } = episode;
          const locked = lockedFields?.length ?? 0;
          return (
            <li key={id}>
              <Link href={nodeAddress(episode)}>
                {label} {name}
              </Link>
              <span className="hint">
                {[aired && day(aired), duration && length(duration), locked > 0 && `${locked} locked`]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          );
        })}
      </ol>
      <More pageInfo={list?.pageInfo} more={more} />
    </>
  );
}
