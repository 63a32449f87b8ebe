// What the profile has played, with what it may do about that: delete a play or all of them, and pause.
import { useState } from "react";
import { Link, Redirect } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import type { HistoryQuery } from "../../gql/graphql";
import { useChange } from "../../parts/change";
import { Progress } from "../../parts/continue";
import { Failure, Nothing } from "../../parts/failure";
import { length, moment } from "../../parts/format";
import { More } from "../../parts/more";
import { useName } from "../../parts/name";
import { Picture } from "../../parts/poster";
import { useSession } from "../../session/session";

const HistoryDocument = graphql(`
  query History($after: String) {
    viewer {
      id
      profile {
        id historyPausedAt
        history(first: 30, after: $after) {
          nodes {
            id startedAt percent secondsWatched completed influencesRecommendations
            item {
              __typename id name label
              title { id slug name }
              image(kind: [STILL, BACKDROP]) { url(width: 185) dominantColor }
            }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

const DeleteDocument = graphql(`
  mutation DeleteHistory($input: DeleteHistoryInput!) {
    deleteHistory(input: $input) { deletedIds profile { id } userErrors { code message field } }
  }
`);

const PauseDocument = graphql(`
  mutation SetHistoryPaused($paused: Boolean!) {
    setHistoryPaused(input: { paused: $paused }) { profile { id historyPausedAt } userErrors { code message field } }
  }
`);

const EditPlayDocument = graphql(`
  mutation EditPlay($play: ID!, $influences: Boolean!) {
    editPlay(input: { play: $play, influencesRecommendations: $influences }) {
      play { id influencesRecommendations } userErrors { code message field }
    }
  }
`);

/** How far something was watched is shown elsewhere, too. */
const playsAreGone = { additionalTypenames: ["Play", "WatchState"] };

export function HistoryPage() {
  useName("History");
  const { viewer } = useSession();
  const [isBusy, change] = useChange();
  const [pages, setPages] = useState<(string | null)[]>([null]);
  if (!viewer) return <Redirect to="/log-in" replace />;

  const isPaused = viewer.profile.historyPausedAt !== null;
  const deleteAll = async () => {
    if (!confirm("Delete all that this profile has watched?")) return;
    await change(DeleteDocument, { input: { everything: true } }, playsAreGone);
    setPages([null]);
  };
  return (
    <div className="page narrow">
      <header className="section-head">
        <h1>History</h1>
        <button
          type="button"
          className="button small"
          aria-pressed={isPaused}
          disabled={isBusy}
          onClick={() => void change(PauseDocument, { paused: !isPaused })}
        >
          {isPaused ? "Go on keeping" : "Pause"}
        </button>
        <button type="button" className="button small" disabled={isBusy} onClick={() => void deleteAll()}>
          Delete all
        </button>
      </header>
      {isPaused && <p className="hint">Paused: nothing of what is played is kept.</p>}
      {pages.map((after, index) => (
        <Page
          key={after}
          after={after}
          more={index === pages.length - 1 ? (cursor) => setPages([...pages, cursor]) : undefined}
        />
      ))}
    </div>
  );
}

function Page({ after, more }: { after: string | null; more: ((cursor: string) => void) | undefined }) {
  const [{ data, error }, again] = useQuery({ query: HistoryDocument, variables: { after }, context: playsAreGone });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const history = data?.viewer?.profile.history;
  return (
    <>
      {after === null && history?.nodes.length === 0 && <Nothing>Nothing has been watched yet.</Nothing>}
      <ul className="plays">
        {history?.nodes.map((play) => (
          <OnePlay key={play.id} play={play} />
        ))}
      </ul>
      <More pageInfo={history?.pageInfo} more={more} />
    </>
  );
}

type Play = NonNullable<NonNullable<HistoryQuery["viewer"]>["profile"]["history"]>["nodes"][number];

function OnePlay({ play }: { play: Play }) {
  const [isBusy, change] = useChange();
  const { item } = play;
  const name = item.label ? `${item.title.name}: ${item.label} · ${item.name}` : item.name;
  return (
    <li>
      <Link href={`/title/${item.title.slug}`} className="play-picture" aria-label={name}>
        <Picture image={item.image} shape="wide" />
        <Progress percent={play.completed ? 100 : play.percent} />
      </Link>
      <div>
        <strong>{name}</strong>
        <p className="poster-note">
          {moment(play.startedAt)} · {play.completed ? "to the end" : `${length(play.secondsWatched)} watched`}
        </p>
      </div>
      <button
        type="button"
        className="button small"
        aria-pressed={play.influencesRecommendations}
        disabled={isBusy}
        title="Whether it may shape what is suggested"
        onClick={() => void change(EditPlayDocument, { play: play.id, influences: !play.influencesRecommendations })}
      >
        {play.influencesRecommendations ? "Counts" : "Does not count"}
      </button>
      <button
        type="button"
        className="button small"
        aria-label={`Delete ${name}`}
        disabled={isBusy}
        onClick={() => void change(DeleteDocument, { input: { play: play.id } }, playsAreGone)}
      >
        Delete
      </button>
    </li>
  );
}
