// Taking back what was changed: one revision, or a whole run, which the API takes a hundred revisions of at a time.
import { useCallback, useState } from "react";
import { useClient } from "urql";
import { graphql } from "../../gql";
import type { RevertRevisionsInput, RevertRevisionsMutation } from "../../gql/graphql";
import { sentence } from "../../parts/form";
import { useNotify } from "../../parts/notices";

export const RevertDocument = graphql(`
  mutation RevertRevisions($input: RevertRevisionsInput!) {
    revertRevisions(input: $input) {
      results {
        revision { id nodeName number }
        changes { field before after }
        obstacles { field reason by }
      }
      next run
      userErrors { code message field }
    }
  }
`);

/** What shows the catalogue, also where a list is empty: it is read again after a change. */
export const CATALOGUE = {
  additionalTypenames: ["Film", "Series", "Episode", "Person", "TitleConnection", "RevisionConnection"],
};

/** One revision by its id, or all of a run. */
export type Meant = { revision: string } | { run: string };
type Payload = RevertRevisionsMutation["revertRevisions"];
export type Reverted = Payload["results"][number];

export interface Outcome {
  results: Reverted[];
  /** Whether there is more of the run than was looked at. */
  hasMore: boolean;
}

/** Shows what would be taken back, or does it; null if it failed or was refused, which the person was told by then. */
export function useRevert() {
  const client = useClient();
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);

  const revert = useCallback(
    async (meant: Meant, how: "preview" | "write"): Promise<Outcome | null> => {
      const ask = (input: RevertRevisionsInput): Promise<Payload | undefined> =>
        client
          .mutation(RevertDocument, { input }, CATALOGUE)
          .toPromise()
          .then(({ data }) => data?.revertRevisions);
      setBusy(true);
      const results: Reverted[] = [];
      let after: string | null = null;
      let outcome: Outcome | null = null;
      do {
        const payload: Payload | undefined = await ask({ ...meant, after, dryRun: how === "preview" });
        payload?.userErrors.forEach((error) => notify(sentence(error)));
        if (!payload || payload.userErrors.length > 0) {
          outcome = null;
          break;
        }
        results.push(...payload.results);
        after = payload.next;
        outcome = { results, hasMore: after !== null };
      } while (after !== null && how === "write");
      setBusy(false);
      return outcome;
    },
    [client, notify],
  );
  return { isBusy, revert };
}

/** What became of it, as a sentence. */
export function told({ results }: Outcome): string {
  const stayed = results.filter(({ obstacles }) => obstacles.length > 0).length;
  const done = results.length - stayed;
  const taken = done === 1 ? "1 change was taken back." : `${done} changes were taken back.`;
  return stayed === 0 ? taken : `${taken} ${stayed} stay, because something stands in the way.`;
}
