// Which of the reasons for a suggestion is shown where there is room for one.
import type { ReasonKind } from "../gql/graphql";

/** These are true of nearly all titles of a list: what sets one apart tells more. */
const COMMON: ReasonKind[] = ["SIMILAR_VIEWERS", "POPULAR", "AGAINST"];

/** The weightiest reason that the heading of the list does not say already, and that sets the title apart if any does. */
export function tellingOf(reasons: { kind: ReasonKind; text: string }[], heading: string): string | undefined {
  const others = reasons.filter(({ text }) => text !== heading);
  return (others.find(({ kind }) => !COMMON.includes(kind)) ?? others[0])?.text;
}
