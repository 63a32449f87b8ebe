// Titles and people who are likely there twice, with what speaks for it, the likeliest first.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../gql";
import { Failure } from "../../parts/failure";
import { day, words } from "../../parts/format";
import { More } from "../../parts/more";
import { useName } from "../../parts/name";
import { Pages, type PageProps } from "../../parts/pages";
import { Picture } from "../../parts/poster";
import { mergeAddress, nodeAddress } from "./addresses";
import { CATALOGUE } from "./runs";

const DuplicatesDocument = graphql(`
  query LikelyDuplicates($after: String) {
    likelyDuplicates(first: 20, after: $after) {
      nodes { score reasons commonPeople stays title { ...Card } other { ...Card } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const SamePeopleDocument = graphql(`
  query LikelySamePeople($after: String) {
    likelySamePeople(first: 20, after: $after) {
      nodes {
        score reasons commonTitles stays
        person { __typename id slug name born birthplace }
        other { __typename id slug name born birthplace }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export function LikelyPage() {
  useName("Likely the same");
  return (
    <>
      <h1>Likely the same</h1>
      <p className="hint">
        What speaks for it comes first, then what speaks against it. Make two one that are the same; correct what tells
        two apart that are not, such as a year or an id, and the pair is gone.
      </p>
      <section aria-labelledby="duplicates">
        <h2 id="duplicates">Titles</h2>
        <Pages page={(props) => <Duplicates {...props} />} />
      </section>
      <section aria-labelledby="people">
        <h2 id="people">People</h2>
        <Pages page={(props) => <SamePeople {...props} />} />
      </section>
    </>
  );
}

function Duplicates({ after, more }: PageProps) {
  const [{ data, error }, again] = useQuery({ query: DuplicatesDocument, variables: { after }, context: CATALOGUE });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const list = data?.likelyDuplicates;
  return (
    <>
      {after === null && list?.nodes.length === 0 && <p className="hint">No title is likely there twice.</p>}
      <ul className="pairs">
        {list?.nodes.map(({ score, reasons, commonPeople, stays, title, other }) => (
          <li key={title.id + other.id} className="panel">
            <Reasons
              score={score}
              reasons={reasons}
              common={commonPeople > 0 ? `${commonPeople} people in common` : ""}
            />
            <div className="pair">
              {[title, other].map((one) => (
                <Link key={one.id} href={nodeAddress(one)} className="pair-title">
                  <Picture image={one.image} shape="upright" />
                  <span>
                    <strong>{one.name}</strong>
                    <span className="hint">
                      {one.year ?? "no year"} · {words(one.__typename)} · {one.slug}
                    </span>
                  </span>
                </Link>
              ))}
            </div>
            {stays && (
              <p>
                <Merge what="titles" one={title} other={other} stays={stays} />
              </p>
            )}
          </li>
        ))}
      </ul>
      <More pageInfo={list?.pageInfo} more={more} />
    </>
  );
}

function SamePeople({ after, more }: PageProps) {
  const [{ data, error }, again] = useQuery({ query: SamePeopleDocument, variables: { after }, context: CATALOGUE });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const list = data?.likelySamePeople;
  return (
    <>
      {after === null && list?.nodes.length === 0 && <p className="hint">Nobody is likely there twice.</p>}
      <ul className="pairs">
        {list?.nodes.map(({ score, reasons, commonTitles, stays, person, other }) => (
          <li key={person.id + other.id} className="panel">
            <Reasons
              score={score}
              reasons={reasons}
              common={commonTitles > 0 ? `${commonTitles} titles in common` : ""}
            />
            <ul className="pair">
              {[person, other].map((one) => (
                <li key={one.id}>
                  <Link href={nodeAddress(one)}>
                    <strong>{one.name}</strong>
                  </Link>
                  <p className="hint">
                    {[one.born && `born ${day(one.born)}`, one.birthplace, one.slug].filter(Boolean).join(" · ")}
                  </p>
                </li>
              ))}
            </ul>
            <p>
              <Merge what="people" one={person} other={other} stays={stays} />
            </p>
          </li>
        ))}
      </ul>
      <More pageInfo={list?.pageInfo} more={more} />
    </>
  );
}

interface MergeProps {
  what: "titles" | "people";
  one: { id: string; slug: string };
  other: { id: string; slug: string };
  stays: string;
}

function Merge({ what, one, other, stays }: MergeProps) {
  return (
    <Link
      href={mergeAddress(what, one.id, other.id, stays)}
      className="button small"
      aria-label={`Merge ${one.slug} and ${other.slug}`}
    >
      Merge …
    </Link>
  );
}

function Reasons({ score, reasons, common }: { score: number; reasons: string[]; common: string }) {
  return (
    <p>
      <strong>{score} of 100</strong>{" "}
      <span className="hint">{[...reasons.map(words), common].filter(Boolean).join(" · ")}</span>
    </p>
  );
}
