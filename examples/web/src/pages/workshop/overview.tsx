// What there is to do: what titles lack, how files stand, what is likely there twice, and what was changed last.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import { Failure } from "../../parts/failure";
import { words } from "../../parts/format";
import { useName } from "../../parts/name";
import { filesAddress, lackingAddress } from "./addresses";
import { RevisionList } from "./revisions/list";
import { CATALOGUE } from "./runs";
import { FILE_STATES } from "./states";

const OverviewDocument = graphql(`
  query WorkshopOverview {
    titles(first: 1) { totalCount facets(by: [MISSING]) { by values(first: 20) { value label count } } }
    drafts: titles(filter: { state: [DRAFT] }, first: 1) { totalCount }
    hidden: titles(filter: { state: [HIDDEN] }, first: 1) { totalCount }
    matched: files(state: [MATCHED], first: 1) { totalCount }
    ambiguous: files(state: [AMBIGUOUS], first: 1) { totalCount }
    unmatched: files(state: [UNMATCHED], first: 1) { totalCount }
    missing: files(state: [MISSING], first: 1) { totalCount }
    ignored: files(state: [IGNORED], first: 1) { totalCount }
  }
`);

// Two queries: together they would weigh so much that they wait for others of the kind.
const DuplicateCountDocument = graphql(`
  query WorkshopDuplicateCount { likelyDuplicates(first: 1) { totalCount } }
`);

const SamePeopleCountDocument = graphql(`
  query WorkshopSamePeopleCount { likelySamePeople(first: 1) { totalCount } }
`);

const changedBy = { additionalTypenames: [...CATALOGUE.additionalTypenames, "MediaFile"] };

export function OverviewPage() {
  useName("Workshop");
  const [{ data, error }, again] = useQuery({ query: OverviewDocument, context: changedBy });
  const [{ data: duplicates }] = useQuery({ query: DuplicateCountDocument, context: changedBy });
  const [{ data: people }] = useQuery({ query: SamePeopleCountDocument, context: changedBy });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const lacking = data?.titles?.facets?.find(({ by }) => by === "MISSING")?.values ?? [];
  const files = {
    AMBIGUOUS: data?.ambiguous,
    UNMATCHED: data?.unmatched,
    MISSING: data?.missing,
    MATCHED: data?.matched,
    IGNORED: data?.ignored,
  };
  return (
    <>
      <h1>Workshop</h1>
      <section aria-labelledby="titles">
        <h2 id="titles">Titles</h2>
        <ul className="counts">
          <Count href="/workshop/titles" name="All titles" count={data?.titles?.totalCount} />
          <Count href="/workshop/titles?state=DRAFT" name="Drafts" count={data?.drafts?.totalCount} />
          <Count href="/workshop/titles?state=HIDDEN" name="Hidden" count={data?.hidden?.totalCount} />
          {lacking.map(({ value, label, count }) => (
            <Count key={value} href={lackingAddress(value)} name={label} count={count} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="files">
        <h2 id="files">Files</h2>
        <ul className="counts">
          {FILE_STATES.map((state) => (
            <Count key={state} href={filesAddress(state)} name={words(state)} count={files[state]?.totalCount} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="likely">
        <h2 id="likely">Likely the same</h2>
        <ul className="counts">
          <Count href="/workshop/likely" name="Pairs of titles" count={duplicates?.likelyDuplicates?.totalCount} />
          <Count href="/workshop/likely" name="Pairs of people" count={people?.likelySamePeople?.totalCount} />
        </ul>
      </section>
      <section aria-labelledby="latest">
        <header className="section-head">
          <h2 id="latest">Changed last</h2>
          <Link href="/workshop/revisions">All revisions</Link>
        </header>
        <RevisionList filter={{}} first={5} isOfMany hasMore={false} />
      </section>
    </>
  );
}

function Count({ href, name, count }: { href: string; name: string; count: number | null | undefined }) {
  return (
    <li>
      <Link href={href} className="count-card">
        <strong>{count ?? "–"}</strong> <span>{name}</span>
      </Link>
    </li>
  );
}
