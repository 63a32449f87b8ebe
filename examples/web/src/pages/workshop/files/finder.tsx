// Finds the film, the series or the episode that a file is.
import { useEffect, useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import { words } from "../../../parts/format";
import type { Answer } from "./file";

const DEBOUNCE_MS = 200;

const FindTitleDocument = graphql(`
  query FindTitle($query: String!) {
    search(query: $query, first: 8) {
      nodes { __typename id name year ... on Series { seasons(includeSpecials: true, first: 60) { id number name } } }
    }
  }
`);

const EpisodesDocument = graphql(`
  query FindEpisode($season: ID!) {
    node(id: $season) { __typename ... on Season { id episodes(first: 100) { nodes { id number name } } } }
  }
`);

interface Season {
  id: string;
  name: string;
}

export function Finder({ isBusy, choose }: { isBusy: boolean; choose: (answer: Answer) => void }) {
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  const [series, setSeries] = useState<{ id: string; name: string; seasons: Season[] } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const [{ data }] = useQuery({ query: FindTitleDocument, variables: { query }, pause: query === "" });
  const found = query === "" ? [] : (data?.search?.nodes ?? []);

  return (
    <div className="finder" role="search">
      <input
        type="search"
        aria-label="Film or series that it is"
        placeholder="Film or series"
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setSeries(null);
        }}
      />
      {!series && (
        <ul className="chips" aria-label="Found">
          {found.map((title) => (
            <li key={title.id}>
              <button
                type="button"
                className="button small"
                disabled={isBusy}
                onClick={() =>
                  title.__typename === "Series"
                    ? setSeries({ id: title.id, name: title.name, seasons: title.seasons ?? [] })
                    : choose({ title: title.id })
                }
              >
                {title.name} {title.year ?? ""}
                {title.__typename === "Series" && ` · ${words(title.__typename).toLowerCase()} …`}
              </button>
            </li>
          ))}
        </ul>
      )}
      {series && (
        <>
          <p className="actions">
            <button
              type="button"
              className="button small"
              disabled={isBusy}
              onClick={() => choose({ title: series.id })}
            >
              {series.name} as a whole
            </button>
          </p>
          <EpisodeOf seasons={series.seasons} isBusy={isBusy} choose={choose} />
        </>
      )}
    </div>
  );
}

interface EpisodeProps {
  seasons: Season[];
  isBusy: boolean;
  choose: (answer: Answer) => void;
}

function EpisodeOf({ seasons, isBusy, choose }: EpisodeProps) {
  const [season, setSeason] = useState("");
  const [{ data }] = useQuery({ query: EpisodesDocument, variables: { season }, pause: season === "" });
  const episodes = season !== "" && data?.node?.__typename === "Season" ? (data.node.episodes?.nodes ?? []) : [];
  return (
    <div className="actions">
      <select aria-label="Season" value={season} onChange={(event) => setSeason(event.target.value)}>
        <option value="">An episode of …</option>
        {seasons.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {episodes.length > 0 && (
        <select
          aria-label="Episode"
          value=""
          disabled={isBusy}
          onChange={(event) => choose({ episode: event.target.value })}
        >
          <option value="" disabled>
            Choose the episode
          </option>
          {episodes.map(({ id, number, name }) => (
            <option key={id} value={id}>
              {number}. {name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
