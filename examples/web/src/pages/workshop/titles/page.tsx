// All titles, narrowed by what they lack and more, to be opened one by one or edited together.
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import type { ListedTitleFragment, TitleFilter, TitleState } from "../../../gql/graphql";
import { Failure } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { useName } from "../../../parts/name";
import { withParameter } from "../../../parts/parameters";
import { Picture } from "../../../parts/poster";
import { Facets } from "../../search/facets";
import { filterOf, PARAMETERS } from "../../search/filter";
import { useTypedQuery } from "../../search/typed";
import { formAddress } from "../addresses";
import { CATALOGUE } from "../runs";
import { Bulk, type Choice, type Chosen } from "./bulk";

const PAGE = 30;
const WORKSHOP_PARAMETERS = { MISSING: "missing", ...PARAMETERS };
const STATES: TitleState[] = ["PUBLISHED", "DRAFT", "HIDDEN"];

const TitlesDocument = graphql(`
  query WorkshopTitles($query: String!, $isSearch: Boolean!, $filter: TitleFilter!, $first: Int!, $after: String, $isFirst: Boolean!) {
    search(query: $query, filter: $filter, first: $first, after: $after) @include(if: $isSearch) { ...ListedTitles }
    titles(filter: $filter, orderBy: NAME, first: $first, after: $after) @skip(if: $isSearch) { ...ListedTitles }
  }
`);

graphql(`
  fragment ListedTitles on TitleConnection {
    totalCount
    nodes { ...ListedTitle }
    pageInfo { hasNextPage endCursor }
    facets(by: [MISSING, KIND, GENRE, DECADE, LANGUAGE, AGE]) @include(if: $isFirst) { by values(first: 40) { value label count } }
  }
`);

graphql(`
  fragment ListedTitle on Title { ...Card state lockedFields }
`);

export function TitlesPage() {
  useName("Titles");
  const [params, setParams] = useSearchParams();
  const query = params.get("q") ?? "";
  const [typed, setTyped] = useTypedQuery();
  const [chosen, setChosen] = useState<ReadonlyMap<string, Chosen>>(new Map());

  const choose = ({ id, name }: ListedTitleFragment, isChosen: boolean) => {
    const next = new Map(chosen);
    if (isChosen) next.set(id, { id, name });
    else next.delete(id);
    setChosen(next);
  };
  const state = STATES.find((known) => known === params.get("state"));
  const filter: TitleFilter = { ...filterOf(params), ...(state && { state: [state] }) };

  return (
    <>
      <h1>Titles</h1>
      <div className="fields">
        <div className="field">
          <label htmlFor="find">Find by name</label>
          <input
            id="find"
            type="search"
            autoComplete="off"
            maxLength={200}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="state">State</label>
          <select
            id="state"
            value={state ?? ""}
            onChange={(event) => setParams((now) => withParameter(now, "state", event.target.value), { replace: true })}
          >
            <option value="">Any state</option>
            {STATES.map((known) => (
              <option key={known} value={known}>
                {words(known)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <List
        params={params}
        query={query}
        filter={filter}
        chosen={chosen}
        choose={choose}
        clear={() => setChosen(new Map())}
      />
    </>
  );
}

interface ListProps {
  params: URLSearchParams;
  query: string;
  filter: TitleFilter;
  chosen: ReadonlyMap<string, Chosen>;
  choose: (title: ListedTitleFragment, isChosen: boolean) => void;
  clear: () => void;
}

function List({ params, query, filter, chosen, choose, clear }: ListProps) {
  // Cursors are of one list.
  const list = params.toString();
  const [behind, setBehind] = useState({ list, cursors: [] as string[] });
  const cursors = behind.list === list ? behind.cursors : [];
  const pages = [null, ...cursors];
  const [count, setCount] = useState<number | null>(null);
  // A search is no filter: what it has found is edited by choosing from it.
  const all: Choice | null = query === "" && count !== null ? { filter, count } : null;
  const choice: Choice | null = chosen.size > 0 ? { titles: [...chosen.values()] } : all;
  return (
    <>
      {pages.map((after, index) => (
        <Page
          key={after}
          params={params}
          query={query}
          filter={filter}
          after={after}
          chosen={chosen}
          choose={choose}
          setCount={setCount}
          more={index === pages.length - 1 ? (cursor) => setBehind({ list, cursors: [...cursors, cursor] }) : undefined}
        />
      ))}
      <section aria-labelledby="bulk" className="bulk">
        <header className="section-head">
          <h2 id="bulk">Edit together</h2>
          {chosen.size > 0 && (
            <button type="button" className="button small" onClick={clear}>
              Choose none
            </button>
          )}
        </header>
        {choice ? <Bulk choice={choice} /> : <p className="hint">Choose titles from what was found.</p>}
      </section>
    </>
  );
}

interface PageProps extends Omit<ListProps, "clear"> {
  after: string | null;
  setCount: (count: number | null) => void;
  more: ((cursor: string) => void) | undefined;
}

function Page({ params, query, filter, after, chosen, choose, setCount, more }: PageProps) {
  const isFirst = after === null;
  const variables = { query, isSearch: query !== "", filter, first: PAGE, after, isFirst };
  const [{ data, error }, again] = useQuery({ query: TitlesDocument, variables, context: CATALOGUE });
  const found = data && (data.search ?? data.titles);
  const total = found?.totalCount ?? null;
  useEffect(() => {
    if (isFirst) setCount(total);
  }, [isFirst, total, setCount]);
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  return (
    <>
      {isFirst && (
        <Facets
          params={params}
          facets={found?.facets ?? []}
          count={total ?? undefined}
          parameters={WORKSHOP_PARAMETERS}
        />
      )}
      {isFirst && found?.nodes.length === 0 && <p className="hint">No title is so.</p>}
      <ul className="listed">
        {found?.nodes.map((title) => (
          <li key={title.id}>
            <input
              type="checkbox"
              aria-label={`Choose ${title.name}`}
              checked={chosen.has(title.id)}
              onChange={(event) => choose(title, event.target.checked)}
            />
            <Picture image={title.image} shape="upright" />
            <div>
              <Link href={formAddress(title.id)}>
                <strong>{title.name}</strong>
              </Link>
              <p className="hint">
                {[
                  title.year ?? "no year",
                  words(title.__typename),
                  title.state !== "PUBLISHED" && words(title.state),
                  title.lockedFields && title.lockedFields.length > 0 && `${title.lockedFields.length} locked`,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <More pageInfo={found?.pageInfo} more={more} />
    </>
  );
}
