// One title as curators see it: its form, and what was changed of it.
import { Link, useSearchParams } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import { Failure, Nothing } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { Picture } from "../../../parts/poster";
import { FilesOfItem } from "../files/of_item";
import { SITE_LANGUAGE } from "../form/languages";
import { RevisionList } from "../revisions/list";
import { CATALOGUE } from "../runs";
import { Episodes } from "./episodes";
import { TitleForm } from "./form";

const FormDocument = graphql(`
  query WorkshopTitle($id: ID!) { node(id: $id) { __typename ...EditedTitle } }
`);

graphql(`
  fragment EditedTitle on Title {
    __typename id slug revision updatedAt lockedFields
    name(language: "en") originalName texts { language name tagline overview }
    year premiered state availableFrom availableUntil
    tags studios countries languages
    genres { id name }
    externalIds { provider value }
    certifications { system label }
    image(kind: [POSTER]) { url(width: 185) dominantColor }
    directors: credits(role: [DIRECTOR], first: 100) { ...Billed }
    cast: credits(role: [ACTOR], first: 100) { ...Billed }
    guests: credits(role: [GUEST], first: 100) { ...Billed }
    writers: credits(role: [WRITER], first: 100) { ...Billed }
    producers: credits(role: [PRODUCER], first: 100) { ...Billed }
    composers: credits(role: [COMPOSER], first: 100) { ...Billed }
    ... on Film { duration durationSource collection { id name } collectionPart }
    ... on Series { endYear status network totalSeasons episodeDuration }
  }
`);

graphql(`
  fragment Billed on CreditConnection { edges { character node { id name } } pageInfo { hasNextPage } }
`);

export function FormPage({ id }: { id: string }) {
  const [params, setParams] = useSearchParams();
  const language = params.get("language") ?? SITE_LANGUAGE;
  const [{ data, error }, again] = useQuery({ query: FormDocument, variables: { id }, context: CATALOGUE });
  const node = data?.node;
  const title = node?.__typename === "Film" || node?.__typename === "Series" ? node : undefined;
  useName(title?.name);
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !node) return <Failure error={error} retry={readAgain} />;
  if (!node) return <p className="hint">Reading…</p>;

  return (
    <>
      {title ? (
        <>
          <header className="form-head">
            <Picture image={title.image} shape="upright" eager />
            <div>
              <h1>{title.name}</h1>
              <p className="facts">
                {[words(title.__typename), title.year, words(title.state), `revision ${title.revision}`]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
              <p>
                <Link href={`/title/${title.slug}`}>As viewers see it</Link>
              </p>
            </div>
          </header>
          <TitleForm
            key={language}
            title={title}
            language={language}
            setLanguage={(chosen) => setParams({ language: chosen }, { replace: true })}
            readAgain={readAgain}
          />
          {title.__typename === "Series" && <Episodes series={title.id} />}
          <FilesOfItem id={title.id} />
        </>
      ) : (
        <Nothing>{words(node.__typename)}: only films and series have this form.</Nothing>
      )}
      <section aria-labelledby="revisions">
        <h2 id="revisions">Revisions</h2>
        <RevisionList key={id} filter={{ node: id }} />
      </section>
    </>
  );
}
