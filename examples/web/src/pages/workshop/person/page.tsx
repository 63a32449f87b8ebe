// A person as curators see them: the form, and what was changed of them.
import { Link, useSearchParams } from "wouter";
import { useClient, useQuery } from "urql";
import { graphql } from "../../../gql";
import type { EditedPersonFragment, PersonPatch } from "../../../gql/graphql";
import { Failure, Nothing } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { Picture } from "../../../parts/poster";
import { PERSON_GROUPS, PERSON_LOCKED_ONLY } from "../fields";
import type { Drafts } from "../form/drafts";
import { EditForm, type Edit, type Outcome } from "../form/form";
import { SITE_LANGUAGE } from "../form/languages";
import { RevisionList } from "../revisions/list";
import { CATALOGUE } from "../runs";

const PersonDocument = graphql(`
  query WorkshopPerson($id: ID!) { node(id: $id) { __typename ...EditedPerson } }
`);

graphql(`
  fragment EditedPerson on Person {
    __typename id slug name born died birthplace revision lockedFields
    texts { language biography }
    externalIds { provider value }
    images(kind: [PORTRAIT]) { url(width: 185) dominantColor }
  }
`);

const EditDocument = graphql(`
  mutation EditPerson($input: EditPersonInput!) {
    editPerson(input: $input) {
      person { id revision }
      changes { field before after }
      warnings run
      userErrors { code message field }
    }
  }
`);

export function PersonFormPage({ id }: { id: string }) {
  const client = useClient();
  const [params, setParams] = useSearchParams();
  const language = params.get("language") ?? SITE_LANGUAGE;
  const [{ data, error }, again] = useQuery({ query: PersonDocument, variables: { id }, context: CATALOGUE });
  const node = data?.node;
  const person = node?.__typename === "Person" ? node : undefined;
  useName(person?.name);
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !node) return <Failure error={error} retry={readAgain} />;
  if (!data) return <p className="hint">Reading…</p>;
  if (!person) return <Nothing>{node ? `${words(node.__typename)}: no person.` : "There is nobody here."}</Nothing>;

  const send = async ({ base, set, lock, dryRun }: Edit<EditedPersonFragment>): Promise<Outcome | undefined> => {
    const input = { person: base.id, baseRevision: base.revision, set: set as PersonPatch, lock, dryRun };
    const { data: done } = await client.mutation(EditDocument, { input }, CATALOGUE).toPromise();
    return done?.editPerson;
  };
  const portrait = person.images?.[0];
  return (
    <>
      <header className={portrait && "form-head"}>
        {portrait && <Picture image={portrait} shape="upright" eager />}
        <div>
          <h1>{person.name}</h1>
          <p className="facts">Person · revision {person.revision}</p>
          <p>
            <Link href={`/person/${person.slug}`}>As viewers see them</Link>
          </p>
        </div>
      </header>
      <EditForm
        key={language}
        node={person}
        groups={PERSON_GROUPS}
        lockedOnly={PERSON_LOCKED_ONLY}
        draftsOf={draftsOf}
        unreadOf={() => []}
        send={send}
        language={language}
        setLanguage={(chosen) => setParams({ language: chosen }, { replace: true })}
        readAgain={readAgain}
      />
      <section aria-labelledby="revisions">
        <h2 id="revisions">Revisions</h2>
        <RevisionList key={person.id} filter={{ node: person.id }} />
      </section>
    </>
  );
}

function draftsOf(person: EditedPersonFragment, language: string): Drafts<keyof PersonPatch> {
  return {
    name: person.name,
    born: person.born ?? "",
    died: person.died ?? "",
    birthplace: person.birthplace ?? "",
    biography: person.texts?.find((said) => said.language === language)?.biography ?? "",
    externalIds: person.externalIds.map(({ provider, value }) => ({ provider, value })),
  };
}
