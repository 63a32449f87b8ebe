// What a viewer does with a title: play it, thumbs, the watchlist, and saying that it was watched or is not wanted.
import { Link, useLocation } from "wouter";
import { graphql } from "../../gql";
import { useChange } from "../../parts/change";
import { Progress, watchAddress } from "../../parts/continue";
import { clock } from "../../parts/format";
import { useSession } from "../../session/session";
import type { PageTitle } from "./page";

const RateDocument = graphql(`
  mutation RateTitle($title: ID!, $liked: Boolean) {
    rateTitle(input: { title: $title, liked: $liked }) { title { id viewerLiked } userErrors { code message field } }
  }
`);

const WatchlistDocument = graphql(`
  mutation SetWatchlisted($title: ID!, $watchlisted: Boolean!) {
    setWatchlisted(input: { title: $title, watchlisted: $watchlisted }) {
      title { id inWatchlist } userErrors { code message field }
    }
  }
`);

const HideDocument = graphql(`
  mutation HideTitle($title: ID!, $hidden: Boolean!) {
    hideTitle(input: { title: $title, hidden: $hidden }) { title { id viewerHidden } userErrors { code message field } }
  }
`);

export const SetWatchedDocument = graphql(`
  mutation SetWatched($item: ID!, $watched: Boolean!) {
    setWatched(input: { item: $item, watched: $watched }) {
      item {
        __typename
        ... on Film { id watchState { id watched } }
        ... on Series { id progress { episodesWatched watched } }
        ... on Season { id progress { episodesWatched watched } }
        ... on Episode { id watchState { id watched } }
      }
      userErrors { code message field }
    }
  }
`);

const THUMBS = [
  { liked: true, name: "I like this" },
  { liked: false, name: "Not for me" },
];

export function Actions({ title }: { title: PageTitle }) {
  const { viewer } = useSession();
  const [, go] = useLocation();
  const [isBusy, change] = useChange();

  const is = isWatched(title);
  // Whoever is not logged in is asked to, in the place of each change.
  const once = (act: () => Promise<unknown>) => () => (viewer ? void act() : go("/log-in"));

  return (
    <>
      <div className="actions">
        <Play title={title} />
        <button
          type="button"
          className="button"
          aria-pressed={title.inWatchlist === true}
          disabled={isBusy}
          onClick={once(() => change(WatchlistDocument, { title: title.id, watchlisted: !title.inWatchlist }))}
        >
          {title.inWatchlist ? "✓" : "+"} Watchlist
        </button>
        {THUMBS.map(({ liked, name }) => {
          const isGiven = title.viewerLiked === liked;
          return (
            <button
              key={name}
              type="button"
              className="button icon"
              aria-pressed={isGiven}
              disabled={isBusy}
              onClick={once(() => change(RateDocument, { title: title.id, liked: isGiven ? null : liked }))}
              title={name}
            >
              <Thumb down={!liked} />
              <span className="unseen">{name}</span>
            </button>
          );
        })}
        <button
          type="button"
          className="button"
          aria-pressed={is}
          disabled={isBusy}
          onClick={once(() => change(SetWatchedDocument, { item: title.id, watched: !is }))}
        >
          {is ? "✓ Watched" : "Mark watched"}
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={title.viewerHidden === true}
          disabled={isBusy}
          onClick={once(() => change(HideDocument, { title: title.id, hidden: !title.viewerHidden }))}
        >
          {title.viewerHidden ? "Not suggested" : "Do not suggest"}
        </button>
      </div>
      {title.__typename === "Series" && title.progress && title.progress.episodesWatched > 0 && (
        <p className="so-far">
          {title.progress.episodesWatched} of {title.progress.episodesAired} episodes watched
          <Progress percent={(100 * title.progress.episodesWatched) / Math.max(1, title.progress.episodesAired)} />
        </p>
      )}
      {title.__typename === "Film" && title.watchState && title.watchState.position > 0 && (
        <p className="so-far">
          {title.duration ? `${clock(title.duration - title.watchState.position)} left` : "Begun"}
          <Progress percent={title.watchState.percent} />
        </p>
      )}
    </>
  );
}

function Play({ title }: { title: PageTitle }) {
  const what = title.__typename === "Film" ? title : title.nextUp;
  if (!what) return null; // a series that is watched to its end, or of which nothing was shown
  const verb = what.watchState && what.watchState.position > 0 ? "Resume" : "Play";
  const part =
    title.__typename === "Series" && title.nextUp ? ` S${title.nextUp.season.number} E${title.nextUp.number}` : "";
  return (
    <Link href={watchAddress(what.id)} className="button main">
      ▶ {verb}
      {part}
    </Link>
  );
}

function isWatched(title: PageTitle): boolean {
  const said = title.__typename === "Film" ? title.watchState : title.progress;
  return said?.watched === true;
}

function Thumb({ down }: { down: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" className={down ? "down" : undefined}>
      <path
        d="M3 10h4v11H3zM9 21V10l4-8c1.700 0 2.600 1.300 2.300 3L14.500 9H20a2 2 0 0 1 2 2.300l-1.400 8A2 2 0 0 1 18.600 21z"
        fill="currentColor"
      />
    </svg>
  );
}
