// The conditions of a list of titles, as they stand in the address of the page: `?genre=crime&decade=1990`.
import type { MissingFact, TitleFacet, TitleFilter, TitleKind } from "../../gql/graphql";

/** The facets that are offered, and the parameter of each. */
export const PARAMETERS: Partial<Record<TitleFacet, string>> = {
  KIND: "kind",
  GENRE: "genre",
  DECADE: "decade",
  LANGUAGE: "language",
  AGE: "age",
};

const MISSING: MissingFact[] = ["POSTER", "OVERVIEW", "DIRECTOR", "DURATION", "CERTIFICATION", "EXTERNAL_ID"];

export function filterOf(params: URLSearchParams): TitleFilter {
  const kind = params.get("kind");
  const decade = number(params.get("decade"));
  const age = number(params.get("age"));
  const language = params.get("language");
  const missing = MISSING.find((fact) => fact === params.get("missing"));
  return {
    ...((kind === "FILM" || kind === "SERIES") && { kind: [kind satisfies TitleKind] }),
    ...(params.has("genre") && { genresAll: params.getAll("genre") }),
    ...(decade !== undefined && { decades: [decade] }),
    ...(language && { language }),
    ...(missing && { missing: [missing] }),
    ...(age !== undefined && { maxAge: age }),
  };
}

function number(text: string | null): number | undefined {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
