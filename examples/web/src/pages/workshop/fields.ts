// The fields that can be edited of titles, episodes and people: what the schema and files call each, and how it is typed
// in.
import type { CreditInput, EpisodePatch, PersonPatch, TitlePatch } from "../../gql/graphql";

export type TitleType = "Film" | "Series";
export type FieldName = keyof TitlePatch;

/** A row of a list whose entries have several parts. */
export type Entry = Record<string, string>;
/** What stands in an editor: a text, of a list with an entry a line, or rows. */
export type Draft = string | Entry[];

type Kind = "text" | "number" | "day" | "moment" | "choice" | "lines" | "rows" | "language";

export interface Column {
  key: string;
  label: string;
}

export interface FieldSpec<Name extends string = FieldName> {
  name: Name;
  label: string;
  kind: Kind;
  /** What files call it, by which it is locked and told in revisions; the same for films and series but for one. */
  inFiles: string;
  hint?: string;
  /** Titles of one type alone have it. */
  only?: TitleType;
  choices?: string[];
  columns?: Column[];
  /** Of a text in a language that has several lines: how many characters at the most. */
  longest?: number;
}

export type AnySpec = FieldSpec<string>;

/** Fields that stand together in a form. */
export interface Group<Name extends string = string> {
  heading: string;
  fields: FieldSpec<Name>[];
}

const CREDIT: Column[] = [{ key: "name", label: "Name" }];
const PART: Column[] = [...CREDIT, { key: "character", label: "Character" }];
const ID: Column[] = [
  { key: "provider", label: "Provider" },
  { key: "value", label: "Id" },
];
const LABEL: Column[] = [
  { key: "system", label: "System" },
  { key: "label", label: "Label" },
];

type More = Pick<FieldSpec, "hint" | "only" | "choices" | "columns" | "longest">;

const field = <Name extends string>(
  name: Name,
  label: string,
  kind: Kind,
  inFiles: string,
  more: More = {},
): FieldSpec<Name> => ({ name, label, kind, inFiles, ...more });
const perLine = (hint = "One a line.") => ({ hint });

export const GROUPS: Group<FieldName>[] = [
  {
    heading: "Name and dates",
    fields: [
      field("name", "Name", "text", "title"),
      field("originalName", "Original name", "text", "original_title"),
      field("year", "Year", "number", "year"),
      field("endYear", "Last year", "number", "end_year", { only: "Series" }),
      field("premiered", "First shown", "day", "release_date"),
      field("durationMinutes", "Length in minutes", "number", "runtime_minutes", { only: "Film" }),
      field("episodeDurationMinutes", "Minutes an episode", "number", "episode_runtime_minutes", { only: "Series" }),
      field("totalSeasons", "Seasons in all", "number", "total_seasons", { only: "Series" }),
      field("status", "Goes on", "choice", "status", {
        only: "Series",
        choices: ["", "ANNOUNCED", "RETURNING", "ENDED", "CANCELLED"],
      }),
      field("network", "Network", "text", "network", { only: "Series" }),
      field("collection", "Collection", "text", "collection", { only: "Film" }),
      field("collectionPart", "Part of the collection", "number", "part", { only: "Film" }),
    ],
  },
  {
    heading: "Texts",
    fields: [
      field("names", "Name in this language", "language", "names"),
      field("tagline", "Tagline", "language", "tagline"),
      field("overview", "Overview", "language", "overview", { longest: 4000 }),
    ],
  },
  {
    heading: "Lists",
    fields: [
      field("genres", "Genres", "lines", "genres", perLine("One a line, the most fitting first.")),
      field("tags", "Tags", "lines", "tags", perLine()),
      field("studios", "Studios", "lines", "studios", perLine()),
      field("countries", "Countries", "lines", "countries", perLine("One a line, as code or name.")),
      field("languages", "Languages spoken", "lines", "languages", perLine("One a line, as code or name.")),
      field("externalIds", "Ids elsewhere", "rows", "ids", { columns: ID }),
      field("certifications", "Certifications", "rows", "certifications", { columns: LABEL }),
    ],
  },
  {
    heading: "Credits",
    fields: [
      field("directors", "Directors", "rows", "directors", { columns: CREDIT }),
      field("cast", "Cast", "rows", "cast", { columns: PART }),
      field("guests", "Guests", "rows", "guests", { columns: PART }),
      field("writers", "Writers", "rows", "writers", { columns: CREDIT }),
      field("producers", "Producers", "rows", "producers", { columns: CREDIT }),
      field("composers", "Composers", "rows", "composers", { columns: CREDIT }),
    ],
  },
  {
    heading: "Who may see it",
    fields: [
      field("state", "State", "choice", "state", { choices: ["PUBLISHED", "DRAFT", "HIDDEN"] }),
      field("availableFrom", "From (UTC)", "moment", "available_from"),
      field("availableUntil", "Until (UTC)", "moment", "available_until"),
    ],
  },
];

export const PERSON_GROUPS: Group<keyof PersonPatch>[] = [
  {
    heading: "Name and dates",
    fields: [
      field("name", "Name", "text", "name"),
      field("born", "Born", "day", "born"),
      field("died", "Died", "day", "died"),
      field("birthplace", "Place of birth", "text", "birthplace"),
      field("externalIds", "Ids elsewhere", "rows", "ids", { columns: ID }),
    ],
  },
  { heading: "Texts", fields: [field("biography", "Biography", "language", "biography", { longest: 20_000 })] },
];

export const EPISODE_GROUPS: Group<keyof EpisodePatch>[] = [
  {
    heading: "Name and place",
    fields: [
      field("name", "Name", "text", "title", { hint: "Without one it is shown by its number." }),
      field("originalName", "Original name", "text", "original_title"),
      field("aired", "First shown", "day", "air_date"),
      field("durationMinutes", "Length in minutes", "number", "runtime_minutes"),
      field("numberEnd", "Last number in it", "number", "number_end", { hint: "Where it holds several." }),
      field("absoluteNumber", "Number in the series", "number", "absolute_number"),
      field("airsBeforeSeason", "Before season", "number", "airs_before_season", { hint: "Of a special." }),
      field("airsBeforeEpisode", "Before episode", "number", "airs_before_episode", { hint: "Of that season." }),
      field("airsAfterSeason", "After season", "number", "airs_after_season", { hint: "Of a special." }),
    ],
  },
  {
    heading: "Texts",
    fields: [
      field("names", "Name in this language", "language", "names"),
      field("overview", "Overview", "language", "overview", { longest: 10_000 }),
    ],
  },
  {
    heading: "Credits",
    fields: [
      field("directors", "Directors", "rows", "directors", { columns: CREDIT }),
      field("guests", "Guests", "rows", "guests", { columns: PART }),
      field("writers", "Writers", "rows", "writers", { columns: CREDIT }),
    ],
  },
];

export const FIELDS = GROUPS.flatMap(({ fields }) => fields);
/** The fields to which entries are added, and from which they are taken. */
export const LISTS = FIELDS.filter(({ kind }) => kind === "lines" || kind === "rows");
/** What can be locked, but is edited elsewhere. */
export const LOCKED_ONLY: [string, string][] = [
  ["pictures", "Pictures"],
  ["scores", "Ratings of other sites"],
  ["trailers", "Trailers"],
  ["extras", "Other videos"],
];
/** The same of people and of episodes. */
export const PERSON_LOCKED_ONLY: [string, string][] = [["portrait", "Portrait"]];
export const EPISODE_LOCKED_ONLY: [string, string][] = [["still", "Still"]];

/** All that has a name for people. */
const KNOWN: AnySpec[] = [GROUPS, EPISODE_GROUPS, PERSON_GROUPS].flatMap((groups) =>
  (groups as Group[]).flatMap(({ fields }) => fields),
);
const KNOWN_LOCKED = [...LOCKED_ONLY, ...PERSON_LOCKED_ONLY, ...EPISODE_LOCKED_ONLY];
/** What files call all of these, each once. */
export const NAMES_IN_FILES = [
  ...new Set([...KNOWN.map(({ inFiles }) => inFiles), "creators", "locks", ...KNOWN_LOCKED.map(([name]) => name)]),
];

export function fieldsOf(type: TitleType, fields: FieldSpec[]): FieldSpec[] {
  return fields.filter(({ only }) => only === undefined || only === type);
}

/** What files call the field of a film or a series: whoever directs a film creates a series. */
export function inFilesOf(spec: FieldSpec, type: TitleType): string {
  return spec.name === "directors" && type === "Series" ? "creators" : spec.inFiles;
}

/** What people call a field of files. */
export function labelOf(inFiles: string): string {
  if (inFiles === "creators") return "Creators";
  if (inFiles === "locks") return "Locked fields";
  const known = KNOWN.find((spec) => spec.inFiles === inFiles)?.label;
  return known ?? KNOWN_LOCKED.find(([name]) => name === inFiles)?.[1] ?? inFiles.replaceAll("_", " ");
}

export const emptyDraft = (spec: AnySpec): Draft => (spec.kind === "rows" ? [] : "");

/** What is typed, without what means nothing: empty rows, blanks around. */
function tidy(draft: Draft): Draft {
  if (typeof draft === "string") return draft.trim();
  const rows = draft.map((row) => Object.entries(row).map(([key, value]) => [key, value.trim()]));
  return rows.map((row) => Object.fromEntries(row) as Entry).filter((row) => Object.values(row).some(Boolean));
}

export const isSame = (one: Draft, other: Draft) => JSON.stringify(tidy(one)) === JSON.stringify(tidy(other));

/** As the input of the mutation takes it; `language` is that of texts. */
export function inputOf(spec: AnySpec, draft: Draft, language: string): unknown {
  const tidied = tidy(draft);
  if (typeof tidied !== "string") return tidied.map((row) => (spec.columns?.[0]?.key === "name" ? credit(row) : row));
  switch (spec.kind) {
    case "lines":
      return lines(tidied);
    case "number":
      return tidied === "" ? null : Number(tidied);
    case "moment":
      return tidied === "" ? null : `${tidied}:00Z`;
    case "language":
      return [{ language, text: tidied === "" ? null : tidied }];
    default:
      return tidied === "" ? null : tidied;
  }
}

/** Whoever is in the catalogue is named by id, so that nobody of the same name is meant instead. */
function credit({ person, name, character }: Entry): CreditInput {
  return { ...(person ? { person } : { name: name ?? "" }), ...(character && { character }) };
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
