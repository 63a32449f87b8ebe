// A film or an episode that goes on where it was left, as a wide card.
import { Link } from "wouter";
import { graphql } from "../gql";
import type { PlayingFragment } from "../gql/graphql";
import { useChange } from "./change";
import { clock } from "./format";
import { Picture } from "./poster";

graphql(`
  fragment Playing on Playable {
    __typename id name label duration
    title { id name }
    image(kind: [STILL, BACKDROP]) { url(width: 500) dominantColor }
    watchState { id position percent watched }
  }
`);

const OffDocument = graphql(`
  mutation RemoveFromContinueWatching($item: ID!) {
    removeFromContinueWatching(input: { item: $item }) { item { id watchState { id } } profile { id } userErrors { code message field } }
  }
`);

export function Continue({ item }: { item: PlayingFragment }) {
  const [isBusy, change] = useChange();
  // What could not be read is as if it was never played.
  const { position, percent } = item.watchState ?? { position: 0, percent: 0 };
  return (
    <li className="continue">
      <Link href={watchAddress(item.id)} className="continue-link" aria-label={`Watch ${nameOf(item)}`}>
        <Picture image={item.image} shape="wide" />
        <span className="poster-name">{nameOf(item)}</span>
        <span className="poster-note">
          {position > 0 && item.duration ? `${clock(item.duration - position)} left` : partOf(item)}
        </span>
        {position > 0 && <Progress percent={percent} />}
      </Link>
      {position > 0 && (
        <button
          type="button"
          className="continue-off"
          aria-label={`Take ${nameOf(item)} off this list`}
          title="Take off this list"
          disabled={isBusy}
          onClick={() => void change(OffDocument, { item: item.id })}
        >
          ×
        </button>
      )}
    </li>
  );
}

export function Progress({ percent }: { percent: number }) {
  return (
    <span className="progress" role="img" aria-label={`${Math.round(percent)} % watched`}>
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}

export const watchAddress = (id: string) => `/watch/${encodeURIComponent(id)}`;

const nameOf = (item: PlayingFragment) => item.title.name;
const partOf = (item: PlayingFragment) => (item.label ? `${item.label} · ${item.name}` : "");
