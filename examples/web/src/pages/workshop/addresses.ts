// Where the pages of the workshop are.

export const formAddress = (id: string) => `/workshop/title/${encodeURIComponent(id)}`;

/** What has a form, and where; the revisions of all else. */
const FORMS: Record<string, string> = { Film: "title", Series: "title", Episode: "episode", Person: "person" };

export function nodeAddress({ __typename, id }: { __typename: string; id: string }): string {
  const form = FORMS[__typename];
  return form ? `/workshop/${form}/${encodeURIComponent(id)}` : revisionsAddress({ node: id });
}

export function revisionsAddress(conditions: Record<string, string>): string {
  return `/workshop/revisions?${new URLSearchParams(conditions)}`;
}

/** Where two titles, or two people, are made one. */
export function mergeAddress(what: "titles" | "people", one: string, other: string, stays: string): string {
  const pair = [one, other].map(encodeURIComponent).join("/");
  return `/workshop/merge/${what}/${pair}?${new URLSearchParams({ into: stays })}`;
}

export const lackingAddress = (fact: string) => `/workshop/titles?missing=${fact}`;
export const pathAddress = (path: string) => `/workshop/files?${new URLSearchParams({ path })}`;
export const filesAddress = (state: string) => `/workshop/files?state=${state}`;
