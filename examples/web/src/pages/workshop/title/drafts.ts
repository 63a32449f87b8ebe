// What the form shows of a title, and what it sends of what was typed.
import type { EditedTitleFragment, TitlePatch } from "../../../gql/graphql";
import { emptyDraft, FIELDS, fieldsOf, inputOf, isSame, type Draft, type Entry, type FieldName } from "../fields";

export type Drafts = Partial<Record<FieldName, Draft>>;

/** What a title says, as it would be typed; `language` is that of its texts. */
export function draftsOf(title: EditedTitleFragment, language: string): Drafts {
  const own = title.__typename === "Film" ? ofFilm(title) : ofSeries(title);
  const texts = title.texts?.find((said) => said.language === language);
  return {
    ...own,
    name: title.name,
    originalName: title.originalName ?? "",
    names: texts?.name ?? "",
    tagline: texts?.tagline ?? "",
    overview: texts?.overview ?? "",
    year: numberText(title.year),
    premiered: title.premiered ?? "",
    state: title.state,
    availableFrom: momentText(title.availableFrom),
    availableUntil: momentText(title.availableUntil),
    genres: title.genres.map(({ name }) => name).join("\n"),
    tags: title.tags.join("\n"),
    studios: title.studios.join("\n"),
    countries: title.countries.join("\n"),
    languages: title.languages.join("\n"),
    externalIds: title.externalIds.map(({ provider, value }) => ({ provider, value })),
    certifications: title.certifications.map(({ system, label }) => ({ system, label })),
    directors: credits(title.directors),
    cast: credits(title.cast),
    guests: credits(title.guests),
    writers: credits(title.writers),
    producers: credits(title.producers),
    composers: credits(title.composers),
  };
}

type Of<Type extends "Film" | "Series"> = Extract<EditedTitleFragment, { __typename: Type }>;

function ofFilm(film: Of<"Film">): Drafts {
  // What players have measured is nothing that the catalogue says.
  const said = film.durationSource === "CATALOGUE" ? film.duration : null;
  return {
    durationMinutes: minutesText(said),
    collection: film.collection?.name ?? "",
    collectionPart: numberText(film.collectionPart),
  };
}

function ofSeries(series: Of<"Series">): Drafts {
  return {
    endYear: numberText(series.endYear),
    episodeDurationMinutes: minutesText(series.episodeDuration),
    totalSeasons: numberText(series.totalSeasons),
    status: series.status ?? "",
    network: series.network ?? "",
  };
}

/** Lists of which not all was read: what is not there must not be lost. */
export function unreadOf(title: EditedTitleFragment): FieldName[] {
  const lists = ["directors", "cast", "guests", "writers", "producers", "composers"] as const;
  return lists.filter((list) => title[list]?.pageInfo.hasNextPage !== false);
}

/** The fields that say something else than the title does. */
export function changedFields(base: Drafts, typed: Drafts): FieldName[] {
  const names = FIELDS.map(({ name }) => name);
  return names.filter((name) => {
    const [before, now] = [base[name], typed[name]];
    return before !== undefined && now !== undefined && !isSame(before, now);
  });
}

/** What is sent of these fields. */
export function patchOf(title: EditedTitleFragment, names: FieldName[], typed: Drafts, language: string): TitlePatch {
  const patch: Record<string, unknown> = {};
  for (const spec of fieldsOf(title.__typename, FIELDS)) {
    if (names.includes(spec.name)) patch[spec.name] = inputOf(spec, typed[spec.name] ?? emptyDraft(spec), language);
  }
  return patch as TitlePatch;
}

function credits(list: EditedTitleFragment["cast"]): Entry[] {
  return (list?.edges ?? []).map(({ character, node }) => ({
    person: node.id,
    name: node.name,
    character: character ?? "",
  }));
}

const numberText = (value: number | null) => (value === null ? "" : String(value));
const minutesText = (seconds: number | null) => (seconds === null ? "" : String(Math.round(seconds / 60)));
/** To the minute, as the browser's field for it has it. */
const momentText = (time: string | null) => (time === null ? "" : new Date(time).toISOString().slice(0, 16));
