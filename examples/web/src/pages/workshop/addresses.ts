// Where the pages of the workshop are.

export const formAddress = (id: string) => `/workshop/title/${encodeURIComponent(id)}`;

export function revisionsAddress(conditions: Record<string, string>): string {
  return `/workshop/revisions?${new URLSearchParams(conditions)}`;
}

export const lackingAddress = (fact: string) => `/workshop/titles?missing=${fact}`;
export const filesAddress = (state: string) => `/workshop/files?state=${state}`;
