// How every button changes something: at most once at a time, and what was refused is said.
import { useCallback, useState } from "react";
import { useClient, type AnyVariables, type OperationContext, type TypedDocumentNode } from "urql";
import { sentence, type UserError } from "./form";
import { useNotify } from "./notices";

type Changed = Record<string, { userErrors: UserError[] }>;

/**
 * Does a mutation. What it leads to is null if it was refused or failed, which the person was told by then: every
 * payload has `userErrors`.
 */
export function useChange(): [isBusy: boolean, change: Change] {
  const client = useClient();
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);

  const change: Change = useCallback(
    async (document, variables, context) => {
      setBusy(true);
      const { data } = await client.mutation(document, variables, context).toPromise();
      setBusy(false);
      const refused = Object.values((data ?? {}) as Changed).flatMap((payload) =>
        typeof payload === "object" ? payload.userErrors : [],
      );
      refused.forEach((error) => notify(sentence(error)));
      return data && refused.length === 0 ? data : null;
    },
    [client, notify],
  );
  return [isBusy, change];
}

type Change = <Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  context?: Partial<OperationContext>,
) => Promise<Data | null>;
