// What the profile means to see, in the order that is chosen.
import { useState } from "react";
import { Redirect } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import type { WatchlistOrder } from "../../gql/graphql";
import { Failure, Nothing } from "../../parts/failure";
import { day } from "../../parts/format";
import { useName } from "../../parts/name";
import { Grid, Placeholders, Poster } from "../../parts/poster";
import { useSession } from "../../session/session";

const WatchlistDocument = graphql(`
  query Watchlist($orderBy: WatchlistOrder!) {
    viewer {
      id
      profile {
        id
        watchlist(orderBy: $orderBy, first: 100) { totalCount edges { addedAt node { ...Card } } }
      }
    }
  }
`);

const ORDERS: Partial<Record<WatchlistOrder, string>> = {
  ADDED_NEWEST: "Added last",
  ADDED_OLDEST: "Added first",
  NAME: "Name",
  RELEASED_NEWEST: "Newest",
  POPULAR: "Most watched",
};

/** An empty list has nothing in it that says what changes it. */
const changedBy = { additionalTypenames: ["Film", "Series"] };

export function WatchlistPage() {
  useName("Watchlist");
  const { viewer } = useSession();
  const [orderBy, setOrder] = useState<WatchlistOrder>("ADDED_NEWEST");
  const [{ data, error }, again] = useQuery({
    query: WatchlistDocument,
    variables: { orderBy },
    context: changedBy,
    pause: !viewer,
  });
  if (!viewer) return <Redirect to="/log-in" replace />;
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const list = data?.viewer?.profile.watchlist;
  return (
    <div className="page">
      <header className="section-head">
        <h1>Watchlist</h1>
        <select aria-label="Order" value={orderBy} onChange={(event) => setOrder(event.target.value as WatchlistOrder)}>
          {Object.entries(ORDERS).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </header>
      {list?.edges.length === 0 && <Nothing>Nothing is on it yet. Put a film or a series there from its page.</Nothing>}
      <Grid>
        {list ? (
          list.edges.map(({ node, addedAt }) => (
            <li key={node.id}>
              <Poster title={node} note={`Added ${day(addedAt)}`} />
            </li>
          ))
        ) : (
          <Placeholders count={6} />
        )}
      </Grid>
    </div>
  );
}
