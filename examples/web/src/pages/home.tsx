// The first page: for whoever is logged in what goes on and what is suggested; for others what the site has.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { AnonymousHomeQuery } from "../gql/graphql";
import { Failure } from "../parts/failure";
import { Continue } from "../parts/continue";
import { useName } from "../parts/name";
import { Picture, Placeholders, Poster, Row } from "../parts/poster";
import { useSession } from "../session/session";

const HomeDocument = graphql(`
  query Home {
    viewer {
      id
      profile {
        id
        continueWatching(first: 12) { edges { node { ...Playing } } }
        nextUp(first: 12) { nodes { ...Playing } }
        rows(first: 8, itemsPerRow: 12) {
          id heading
          items { edges { node { ...Card } headline { text } } }
        }
      }
    }
  }
`);

const AnonymousHomeDocument = graphql(`
  query AnonymousHome {
    popular: titles(orderBy: POPULAR, first: 15) {
      nodes { ...Card overview tagline backdrop: image(kind: [BACKDROP]) { url(width: 1280) dominantColor } }
    }
    series: titles(filter: { kind: [SERIES] }, orderBy: POPULAR, first: 12) { nodes { ...Card } }
    released: titles(orderBy: NEWEST_RELEASED, first: 12) { nodes { ...Card } }
    rows(first: 6, itemsPerRow: 12) {
      id heading
      seed { __typename ... on Genre { id slug name } }
      items { nodes { ...Card } }
    }
  }
`);

export function HomePage() {
  const { viewer } = useSession();
  useName();
  return viewer ? <Home /> : <AnonymousHome />;
}

/** Empty lists have nothing in them that says what changes them. */
const changedBy = { additionalTypenames: ["WatchState", "Film", "Series", "Profile"] };

function Home() {
  const [{ data, error }, again] = useQuery({ query: HomeDocument, context: changedBy });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const profile = data?.viewer?.profile;
  const going = profile?.continueWatching?.edges.map(({ node }) => node) ?? [];
  const begun = new Set(going.map(({ id }) => id));
  const next = profile?.nextUp?.nodes.filter(({ id }) => !begun.has(id)) ?? [];

  return (
    <div className="page">
      <h1 className="unseen">Home</h1>
      {going.length > 0 && (
        <Row heading="Continue watching">
          {going.map((item) => (
            <Continue key={item.id} item={item} />
          ))}
        </Row>
      )}
      {next.length > 0 && (
        <Row heading="Next up">
          {next.map((item) => (
            <Continue key={item.id} item={item} />
          ))}
        </Row>
      )}
      {profile?.rows?.map(({ id, heading, items }) => (
        <Row key={id} heading={heading} hasReasons>
          {items?.edges.map(({ node, headline }) => (
            <li key={node.id}>
              <Poster title={node} note={headline?.text === heading ? undefined : headline?.text} />
            </li>
          ))}
        </Row>
      ))}
      {!data && <WaitingRows />}
    </div>
  );
}

function AnonymousHome() {
  const [{ data, error }, again] = useQuery({ query: AnonymousHomeDocument });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const [lead, ...popular] = data?.popular?.nodes ?? [];
  const rows = [
    { heading: "Most watched", titles: popular },
    { heading: "Series", titles: data?.series?.nodes ?? [] },
    { heading: "New", titles: data?.released?.nodes ?? [] },
  ];

  return (
    <div className="page">
      <h1 className="unseen">Home</h1>
      <Lead title={lead} />
      {data ? (
        rows.map(({ heading, titles }) => (
          <Row key={heading} heading={heading}>
            {titles.map((title) => (
              <li key={title.id}>
                <Poster title={title} eager={heading === "Most watched"} />
              </li>
            ))}
          </Row>
        ))
      ) : (
        <WaitingRows />
      )}
      {data?.rows?.map(({ id, heading, seed, items }) => (
        <Row key={id} heading={heading} aside={seed?.__typename === "Genre" && <AllOf genre={seed} />}>
          {items?.nodes.map((title) => (
            <li key={title.id}>
              <Poster title={title} />
            </li>
          ))}
        </Row>
      ))}
    </div>
  );
}

type LeadTitle = NonNullable<AnonymousHomeQuery["popular"]>["nodes"][number];

function Lead({ title }: { title: LeadTitle | undefined }) {
  return (
    <section className="lead">
      <Picture image={title?.backdrop} shape="wide" eager />
      <div className="lead-words">
        <p className="lead-name">{title?.name}</p>
        <p className="lead-text">{title?.tagline ?? title?.overview}</p>
        {title && (
          <p className="actions">
            <Link href={`/title/${title.slug}`} className="button main">
              See more
            </Link>
            <Link href="/register" className="button">
              Make an account
            </Link>
          </p>
        )}
      </div>
    </section>
  );
}

function AllOf({ genre }: { genre: { slug: string; name: string } }) {
  return <Link href={`/search?genre=${genre.slug}`}>All {genre.name.toLowerCase()}</Link>;
}

function WaitingRows() {
  return ["first", "second", "third"].map((row) => (
    <section key={row} className="row with-reasons" aria-hidden="true">
      <header>
        <h2>&nbsp;</h2>
      </header>
      <ul className="row-items">
        <Placeholders count={8} />
      </ul>
    </section>
  ));
}
