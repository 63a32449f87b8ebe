// The episodes of a series, a season at a time, with how far each was watched.
import { useState } from "react";
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import type { SeasonEpisodesQuery } from "../../gql/graphql";
import { useChange } from "../../parts/change";
import { Progress, watchAddress } from "../../parts/continue";
import { Failure } from "../../parts/failure";
import { day, length } from "../../parts/format";
import { Picture } from "../../parts/poster";
import { useSession } from "../../session/session";
import { SetWatchedDocument } from "./actions";

const SeasonDocument = graphql(`
  query SeasonEpisodes($season: ID!) {
    node(id: $season) {
      __typename
      ... on Season {
        id
        episodes(first: 100) {
          nodes {
            id number numberEnd name overview aired duration
            image(kind: [STILL]) { url(width: 342) dominantColor }
            watchState { id position percent watched }
          }
        }
      }
    }
  }
`);

interface Season {
  id: string;
  number: number;
  name: string;
  progress?: { episodesAired: number; episodesWatched: number; watched: boolean } | null;
}

export function Seasons({ seasons, current }: { seasons: Season[]; current: string | undefined }) {
  const { viewer } = useSession();
  const [isBusy, change] = useChange();
  const [chosen, choose] = useState<string>();
  const season =
    seasons.find(({ id }) => id === (chosen ?? current)) ?? seasons.find(({ number }) => number > 0) ?? seasons[0];
  if (!season) return null;

  const isWatched = season.progress?.watched === true;
  return (
    <section aria-labelledby="episodes">
      <header className="section-head">
        <h2 id="episodes">Episodes</h2>
        <select aria-label="Season" value={season.id} onChange={(event) => choose(event.target.value)}>
          {seasons.map(({ id, name, progress }) => (
            <option key={id} value={id}>
              {name}
              {progress && progress.episodesWatched > 0 && ` (${progress.episodesWatched}/${progress.episodesAired})`}
            </option>
          ))}
        </select>
        {viewer && (
          <button
            type="button"
            className="button small"
            disabled={isBusy}
            aria-pressed={isWatched}
            onClick={() => void change(SetWatchedDocument, { item: season.id, watched: !isWatched })}
          >
            {isWatched ? "✓ Season watched" : "Mark season watched"}
          </button>
        )}
      </header>
      <Episodes key={season.id} season={season.id} />
    </section>
  );
}

function Episodes({ season }: { season: string }) {
  const [{ data, error }, again] = useQuery({ query: SeasonDocument, variables: { season } });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const episodes = data?.node?.__typename === "Season" ? (data.node.episodes?.nodes ?? []) : [];
  return (
    <ol className="episodes">
      {episodes.map((episode) => (
        <Episode key={episode.id} episode={episode} />
      ))}
    </ol>
  );
}

type Node = NonNullable<SeasonEpisodesQuery["node"]>;
type OneEpisode = NonNullable<Extract<Node, { __typename: "Season" }>["episodes"]>["nodes"][number];

function Episode({ episode }: { episode: OneEpisode }) {
  const { viewer } = useSession();
  const [isBusy, change] = useChange();
  const { position, percent, watched } = episode.watchState ?? { position: 0, percent: 0, watched: false };
  const number = episode.numberEnd ? `${episode.number}–${episode.numberEnd}` : episode.number;
  return (
    <li>
      <Link
        href={watchAddress(episode.id)}
        className="episode-picture"
        aria-label={`Play episode ${number}, ${episode.name}`}
      >
        <Picture image={episode.image} shape="wide" />
        {position > 0 && <Progress percent={percent} />}
      </Link>
      <div>
        <h3>
          {number}. {episode.name}
        </h3>
        <p className="poster-note">
          {[episode.aired && day(episode.aired), episode.duration && length(episode.duration)]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {episode.overview && <p className="episode-overview">{episode.overview}</p>}
      </div>
      {viewer && (
        <button
          type="button"
          className="button small"
          aria-pressed={watched}
          disabled={isBusy}
          onClick={() => void change(SetWatchedDocument, { item: episode.id, watched: !watched })}
        >
          {watched ? "✓ Watched" : "Mark watched"}
        </button>
      )}
    </li>
  );
}
