// What the form shows of a title.
import type { EditedTitleFragment } from "../../../gql/graphql";
import type { FieldName } from "../fields";
import { creditsOf, minutesText, momentText, numberText, unreadLists, type Drafts } from "../form/drafts";

/** What a title says, as it would be typed; `language` is that of its texts. */
export function draftsOf(title: EditedTitleFragment, language: string): Drafts<FieldName> {
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
    directors: creditsOf(title.directors),
    cast: creditsOf(title.cast),
    guests: creditsOf(title.guests),
    writers: creditsOf(title.writers),
    producers: creditsOf(title.producers),
    composers: creditsOf(title.composers),
  };
}

type Of<Type extends "Film" | "Series"> = Extract<EditedTitleFragment, { __typename: Type }>;

function ofFilm(film: Of<"Film">): Drafts<FieldName> {
  // What players have measured is nothing that the catalogue says.
  const said = film.durationSource === "CATALOGUE" ? film.duration : null;
  return {
    durationMinutes: minutesText(said),
    collection: film.collection?.name ?? "",
    collectionPart: numberText(film.collectionPart),
  };
}

function ofSeries(series: Of<"Series">): Drafts<FieldName> {
  return {
    endYear: numberText(series.endYear),
    episodeDurationMinutes: minutesText(series.episodeDuration),
    totalSeasons: numberText(series.totalSeasons),
    status: series.status ?? "",
    network: series.network ?? "",
  };
}

/** Lists of which not all was read: what is not there must not be lost. */
export function unreadOf({ directors, cast, guests, writers, producers, composers }: EditedTitleFragment): string[] {
  return unreadLists({ directors, cast, guests, writers, producers, composers });
}
