// The form of a title.
import { useClient } from "urql";
import { graphql } from "../../../gql";
import type { EditedTitleFragment, EditTitlesInput, TitlePatch } from "../../../gql/graphql";
import { fieldsOf, GROUPS, inFilesOf, LOCKED_ONLY } from "../fields";
import { EditForm, type Edit, type Outcome } from "../form/form";
import { CATALOGUE } from "../runs";
import { draftsOf, unreadOf } from "./drafts";

const EditDocument = graphql(`
  mutation EditTitle($input: EditTitlesInput!) {
    editTitles(input: $input) {
      results {
        title { id revision }
        changes { field before after }
        warnings
        userErrors { code message field }
      }
      changed run
      userErrors { code message field }
    }
  }
`);

interface FormProps {
  title: EditedTitleFragment;
  language: string;
  setLanguage: (language: string) => void;
  readAgain: () => void;
}

export function TitleForm({ title, ...rest }: FormProps) {
  const client = useClient();
  const type = title.__typename;
  const groups = GROUPS.map(({ heading, fields }) => ({
    heading,
    fields: fieldsOf(type, fields).map((spec) => ({ ...spec, inFiles: inFilesOf(spec, type) })),
  }));
  const send = async ({ base, set, lock, dryRun }: Edit<EditedTitleFragment>): Promise<Outcome | undefined> => {
    const input: EditTitlesInput = {
      titles: [{ title: base.id, baseRevision: base.revision }],
      set: set as TitlePatch,
      errorPolicy: "REJECT_FAILED_ROWS",
      lock,
      dryRun,
    };
    const { data } = await client.mutation(EditDocument, { input }, CATALOGUE).toPromise();
    const payload = data?.editTitles;
    if (!payload) return undefined;
    const [result] = payload.results;
    return {
      changes: result?.changes ?? [],
      warnings: result?.warnings ?? [],
      run: payload.run,
      userErrors: [...payload.userErrors, ...(result?.userErrors ?? [])],
    };
  };
  return (
    <EditForm
      node={title}
      groups={groups}
      lockedOnly={LOCKED_ONLY}
      draftsOf={draftsOf}
      unreadOf={unreadOf}
      send={send}
      {...rest}
    />
  );
}
