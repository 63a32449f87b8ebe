// A player without a video: a clock that runs, reports as those of a real player, and where to go on afterwards.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useClient, type CombinedError } from "urql";
import { graphql } from "../../gql";
import type { PlayerQuery } from "../../gql/graphql";
import { Failure, Nothing } from "../../parts/failure";
import { useName } from "../../parts/name";
import { Picture } from "../../parts/poster";
import { Controls } from "./controls";

const PlayerDocument = graphql(`
  query Player($id: ID!) {
    node(id: $id) {
      __typename
      ... on Film {
        id name slug duration
        image(kind: [BACKDROP]) { url(width: 1920) dominantColor }
        watchState { id position }
      }
      ... on Episode {
        id name number duration
        season { id number }
        series { id name slug image(kind: [BACKDROP]) { url(width: 1920) dominantColor } }
        watchState { id position }
        next { id name number season { id number } }
      }
    }
  }
`);

export type Item = Extract<NonNullable<PlayerQuery["node"]>, { __typename: "Film" | "Episode" }>;

export function PlayerPage({ id }: { id: string }) {
  const client = useClient();
  const [item, setItem] = useState<Item | null>();
  const [failure, setFailure] = useState<CombinedError>();
  const [round, setRound] = useState(0);

  // Read once: what the reports change is no reason to begin anew.
  useEffect(() => {
    let isGone = false;
    void client
      .query(PlayerDocument, { id }, { requestPolicy: "network-only" })
      .toPromise()
      .then(({ data, error }) => {
        if (isGone) return;
        const node = data?.node;
        setFailure(error);
        setItem(node?.__typename === "Film" || node?.__typename === "Episode" ? node : null);
      });
    return () => {
      isGone = true;
    };
  }, [client, id, round]);

  useName(item?.name);
  if (failure) return <Failure error={failure} retry={() => setRound(round + 1)} />;
  if (item === null) return <Nothing>There is nothing to play here.</Nothing>;
  return <div className="player">{item && <Player item={item} />}</div>;
}

function Player({ item }: { item: Item }) {
  const isEpisode = item.__typename === "Episode";
  const title = isEpisode ? item.series : item;
  return (
    <>
      <Picture image={title.image} shape="wide" eager />
      <div className="player-head">
        <Link href={`/title/${title.slug}`} className="button small">
          ← Back
        </Link>
        <div>
          <h1>{title.name}</h1>
          {isEpisode && (
            <p>
              S{item.season.number} E{item.number} · {item.name}
            </p>
          )}
        </div>
      </div>
      <Controls item={item} />
    </>
  );
}
