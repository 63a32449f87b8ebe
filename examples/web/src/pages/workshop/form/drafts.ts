// What stands in a form, and what is sent of what was typed.
import type { BilledFragment } from "../../../gql/graphql";
import { emptyDraft, inputOf, isSame, type AnySpec, type Draft, type Entry } from "../fields";

export type Drafts<Name extends string = string> = Partial<Record<Name, Draft>>;

/** The fields that say something else than before. */
export function changedFields(fields: AnySpec[], base: Drafts, typed: Drafts): AnySpec[] {
  return fields.filter(({ name }) => {
    const [before, now] = [base[name], typed[name]];
    return before !== undefined && now !== undefined && !isSame(before, now);
  });
}

/** What is sent of these fields; `language` is that of texts. */
export function patchOf(fields: AnySpec[], typed: Drafts, language: string): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((spec) => [spec.name, inputOf(spec, typed[spec.name] ?? emptyDraft(spec), language)]),
  );
}

export function creditsOf(list: BilledFragment | null): Entry[] {
  return (list?.edges ?? []).map(({ character, node }) => ({
    person: node.id,
    name: node.name,
    character: character ?? "",
  }));
}

/** Those of these lists of which not all was read. */
export function unreadLists(lists: Record<string, BilledFragment | null>): string[] {
  return Object.keys(lists).filter((name) => lists[name]?.pageInfo.hasNextPage !== false);
}

export const numberText = (value: number | null) => (value === null ? "" : String(value));
export const minutesText = (seconds: number | null) => (seconds === null ? "" : String(Math.round(seconds / 60)));
/** To the minute, as the browser's field for it has it. */
export const momentText = (time: string | null) => (time === null ? "" : new Date(time).toISOString().slice(0, 16));
