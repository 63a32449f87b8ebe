// One film or series: what it is, what the viewer says of it, who made it, and what is like it.
import type { CSSProperties } from "react";
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import type { TitlePageQuery } from "../../gql/graphql";
import { Failure, Nothing } from "../../parts/failure";
import { country, day, language, length, words } from "../../parts/format";
import { Picture, Poster, Row } from "../../parts/poster";
import { useName } from "../../parts/name";
import { useIsCurator } from "../../session/role";
import { formAddress } from "../workshop/addresses";
import { Actions } from "./actions";
import { Seasons } from "./seasons";

const TitlePageDocument = graphql(`
  query TitlePage($slug: String!) {
    title(slug: $slug) {
      ...Card
      originalName tagline overview overviewLanguage premiered countries languages studios tags
      viewerLiked inWatchlist viewerHidden
      backdrop: image(kind: [BACKDROP]) { url(width: 1280) dominantColor }
      genres { id slug name }
      certification { system label age }
      rating { scores { sourceName value max votes } }
      externalIds { providerName value url }
      trailers { kind name url host }
      cast: credits(role: [ACTOR], first: 24) { edges { character node { id slug name } } }
      crew: credits(role: [DIRECTOR, WRITER, COMPOSER], first: 12) { edges { role node { id slug name } } }
      similar(first: 12) { edges { node { ...Card } headline { text } } }
      ... on Film {
        duration durationSource
        watchState { id position percent watched plays }
        collection { id slug name films(first: 20) { ...Card } }
      }
      ... on Series {
        endYear status network totalSeasons episodeDuration
        progress { episodesAired episodesWatched watched }
        nextUp { id name number season { id number } watchState { id position } }
        seasons(includeSpecials: true, first: 40) { id number name progress { episodesAired episodesWatched watched } }
      }
    }
  }
`);

export type PageTitle = NonNullable<TitlePageQuery["title"]>;

export function TitlePage({ slug }: { slug: string }) {
  const [{ data, error }, again] = useQuery({ query: TitlePageDocument, variables: { slug } });
  useName(data?.title?.name);
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  if (data && !data.title) return <Nothing>There is no such title here.</Nothing>;

  const title = data?.title;
  const tint = title?.backdrop?.dominantColor;
  return (
    <article className="title" style={tint ? ({ "--tint": tint } as CSSProperties) : undefined}>
      <div className="title-backdrop">
        <Picture image={title?.backdrop} shape="wide" eager />
      </div>
      <div className="page">
        <div className="title-head">
          <Picture image={title?.image} shape="upright" eager />
          {title && <Head title={title} />}
        </div>
        {title && <Rest title={title} />}
      </div>
    </article>
  );
}

function Head({ title }: { title: PageTitle }) {
  const isCurator = useIsCurator();
  const years = title.__typename === "Series" ? `${title.year ?? ""}–${title.endYear ?? ""}` : title.year;
  const lasts = title.__typename === "Film" ? title.duration : title.episodeDuration;
  const facts = [
    years,
    lasts && length(lasts) + (title.__typename === "Series" ? " an episode" : ""),
    title.__typename === "Series" && title.totalSeasons && `${title.totalSeasons} seasons`,
    title.__typename === "Series" && title.status && words(title.status),
    title.certification?.label,
  ].filter(Boolean);

  return (
    <div className="title-words">
      <h1>{title.name}</h1>
      {title.originalName && title.originalName !== title.name && <p className="original">{title.originalName}</p>}
      <p className="facts">{facts.join(" · ")}</p>
      <ul className="chips" aria-label="Genres">
        {title.genres.map(({ id, slug, name }) => (
          <li key={id}>
            <Link href={`/search?genre=${slug}`} className="chip">
              {name}
            </Link>
          </li>
        ))}
      </ul>
      <Actions title={title} />
      {isCurator && (
        <p>
          <Link href={formAddress(title.id)} className="button small">
            Edit in the workshop
          </Link>
        </p>
      )}
      {title.tagline && <p className="tagline">{title.tagline}</p>}
      {title.overview && (
        <p className="overview" lang={title.overviewLanguage ?? undefined}>
          {title.overview}
        </p>
      )}
    </div>
  );
}

function Rest({ title }: { title: PageTitle }) {
  const crew = title.crew?.edges ?? [];
  const facts: [string, string][] = [
    ["First shown", title.premiered ? day(title.premiered) : ""],
    ["Network", title.__typename === "Series" ? (title.network ?? "") : ""],
    ["Countries", title.countries.map(country).join(", ")],
    ["Languages", title.languages.map(language).join(", ")],
    ["Studios", title.studios.join(", ")],
    ["Tags", title.tags.join(", ")],
    ["Ratings", title.rating.scores.map(({ sourceName, value, max }) => `${sourceName} ${value}/${max}`).join(", ")],
  ];

  return (
    <>
      {title.__typename === "Series" && title.seasons && title.seasons.length > 0 && (
        <Seasons seasons={title.seasons} current={title.nextUp?.season.id} />
      )}
      {title.cast && title.cast.edges.length > 0 && (
        <section aria-labelledby="cast">
          <h2 id="cast">Cast</h2>
          <ul className="cast">
            {title.cast.edges.map(({ node, character }) => (
              <li key={node.id + (character ?? "")}>
                <Link href={`/person/${node.slug}`}>{node.name}</Link>
                {character && <span>{character}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <dl className="fact-list">
          {["DIRECTOR", "WRITER", "COMPOSER"].map((role) => {
            const people = crew.filter((edge) => edge.role === role);
            return (
              people.length > 0 && (
                <div key={role}>
                  <dt>{role === "DIRECTOR" && title.__typename === "Series" ? "Created by" : words(role)}</dt>
                  <dd>
                    {people.map(({ node }, index) => (
                      <span key={node.id}>
                        {index > 0 && ", "}
                        <Link href={`/person/${node.slug}`}>{node.name}</Link>
                      </span>
                    ))}
                  </dd>
                </div>
              )
            );
          })}
          {facts.map(
            ([name, value]) =>
              value && (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
          <Links title={title} />
        </dl>
      </section>
      {title.__typename === "Film" && title.collection?.films && title.collection.films.length > 1 && (
        <Row heading={title.collection.name}>
          {title.collection.films.map((film) => (
            <li key={film.id}>
              <Poster title={film} />
            </li>
          ))}
        </Row>
      )}
      {title.similar && title.similar.edges.length > 0 && (
        <Row heading="If you like this" hasReasons>
          {title.similar.edges.map(({ node, headline }) => (
            <li key={node.id}>
              <Poster title={node} note={headline?.text} />
            </li>
          ))}
        </Row>
      )}
    </>
  );
}

function Links({ title }: { title: PageTitle }) {
  const links = [
    ...title.trailers.map(({ kind, name, url }) => ({ name: name ?? words(kind), url })),
    ...title.externalIds.flatMap(({ providerName, url }) => (url ? [{ name: providerName, url }] : [])),
  ];
  return (
    links.length > 0 && (
      <div>
        <dt>Elsewhere</dt>
        <dd className="links">
          {links.map(({ name, url }) => (
            <a key={url} href={url} target="_blank" rel="noreferrer">
              {name} ↗
            </a>
          ))}
        </dd>
      </div>
    )
  );
}
