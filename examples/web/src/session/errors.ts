// What is to be said of errors of a request as a whole; those that a person can put right are in `userErrors`.
import type { CombinedError } from "urql";
import type { ErrorCode } from "../gql/graphql";

export function codesOf(error: CombinedError): ErrorCode[] {
  return error.graphQLErrors.flatMap(({ extensions }) =>
    extensions?.["code"] ? [extensions["code"] as ErrorCode] : [],
  );
}

/** After how many seconds to try again; undefined if waiting does not help. */
export function retryAfter(error: CombinedError): number | undefined {
  const told = error.graphQLErrors.map(({ extensions }) => extensions?.["retryAfter"]);
  return told.find((seconds) => typeof seconds === "number") as number | undefined;
}

export const LOGGED_OUT = "You were logged out. Log in again.";

export function wordsFor(error: CombinedError): string {
  if (error.networkError && error.graphQLErrors.length === 0) {
    return "The site cannot be reached. Look at your connection and try again.";
  }
  const codes = codesOf(error);
  const seconds = retryAfter(error);
  if (codes.includes("RATE_LIMITED") || codes.includes("BUSY")) {
    return seconds === undefined
      ? "Too many requests at once. Try again in a moment."
      : `Too many requests: try again in ${seconds} s.`;
  }
  if (codes.includes("UNAUTHENTICATED")) {
    return LOGGED_OUT;
  }
  return error.graphQLErrors.map(({ message }) => message).join("; ");
}
