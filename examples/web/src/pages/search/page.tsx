// Finds titles as one types, and lists all of them where nothing is typed; what is wanted stands in the address.
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import { Failure, Nothing } from "../../parts/failure";
import { More } from "../../parts/more";
import { useName } from "../../parts/name";
import { Grid, Placeholders, Poster } from "../../parts/poster";
import { Facets } from "./facets";
import { filterOf } from "./filter";
import { useTypedQuery } from "./typed";

const PAGE = 30;

const FindDocument = graphql(`
  query Find($query: String!, $isSearch: Boolean!, $filter: TitleFilter!, $first: Int!, $after: String, $isFirst: Boolean!) {
    search(query: $query, filter: $filter, first: $first, after: $after) @include(if: $isSearch) { ...Found }
    titles(filter: $filter, orderBy: POPULAR, first: $first, after: $after) @skip(if: $isSearch) { ...Found }
  }
`);

graphql(`
  fragment Found on TitleConnection {
    totalCount
    nodes { ...Card }
    pageInfo { hasNextPage endCursor }
    facets(by: [KIND, GENRE, DECADE, LANGUAGE, AGE]) @include(if: $isFirst) { by values(first: 12) { value label count } }
  }
`);

const PeopleDocument = graphql(`
  query FindPeople($query: String!) { people(query: $query, first: 6) { nodes { id slug name } } }
`);

export function SearchPage() {
  const [params] = useSearchParams();
  const query = params.get("q") ?? "";
  const [typed, setTyped] = useTypedQuery();
  useName("Search");

  return (
    <div className="page">
      <h1 className="unseen">Search</h1>
      <form role="search" className="search" onSubmit={(event) => event.preventDefault()}>
        <label htmlFor="search" className="unseen">
          Titles, people, characters, years
        </label>
        <input
          id="search"
          type="search"
          autoFocus
          autoComplete="off"
          maxLength={200}
          placeholder="Titles, people, characters, years"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
      {query && <People query={query} />}
      <Results params={params} query={query} />
    </div>
  );
}

function People({ query }: { query: string }) {
  const [{ data }] = useQuery({ query: PeopleDocument, variables: { query } });
  const people = data?.people?.nodes ?? [];
  return (
    <ul className="chips people" aria-label="People">
      {people.map(({ id, slug, name }) => (
        <li key={id}>
          <Link href={`/person/${slug}`} className="chip">
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Results({ params, query }: { params: URLSearchParams; query: string }) {
  // Cursors are of one list. What the last one found stays there until the next one is known: nothing flickers.
  const list = params.toString();
  const [behind, setBehind] = useState({ list, cursors: [] as string[] });
  const cursors = behind.list === list ? behind.cursors : [];
  const pages = [null, ...cursors];
  return (
    <>
      {pages.map((after, index) => (
        <Page
          key={after}
          params={params}
          query={query}
          after={after}
          more={index === pages.length - 1 ? (cursor) => setBehind({ list, cursors: [...cursors, cursor] }) : undefined}
        />
      ))}
    </>
  );
}

interface PageProps {
  params: URLSearchParams;
  query: string;
  after: string | null;
  /** Asks for the page behind this one; undefined if that is there. */
  more: ((cursor: string) => void) | undefined;
}

function Page({ params, query, after, more }: PageProps) {
  const isFirst = after === null;
  const variables = { query, isSearch: query !== "", filter: filterOf(params), first: PAGE, after, isFirst };
  const [{ data, error }, again] = useQuery({ query: FindDocument, variables });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const found = data && (data.search ?? data.titles);
  return (
    <>
      {isFirst && <Facets params={params} facets={found?.facets ?? []} count={found?.totalCount ?? undefined} />}
      {isFirst && found?.nodes.length === 0 && (
        <Nothing>Nothing was found. Try other words, or fewer conditions.</Nothing>
      )}
      <Grid>
        {found ? (
          found.nodes.map((title) => (
            <li key={title.id}>
              <Poster title={title} />
            </li>
          ))
        ) : (
          <Placeholders count={PAGE} />
        )}
      </Grid>
      <More pageInfo={found?.pageInfo} more={more} />
    </>
  );
}
