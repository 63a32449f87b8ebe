// What a change makes of fields: what goes and what comes, read from the JSON that the API tells both as.
import { labelOf } from "./fields";

export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

export function Differences({ changes }: { changes: FieldChange[] }) {
  return (
    <dl className="differences">
      {changes.map(({ field, before, after }) => (
        <div key={field}>
          <dt>{labelOf(field)}</dt>
          <dd>
            <Difference before={parsed(before)} after={parsed(after)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Difference({ before, after }: { before: unknown; after: unknown }) {
  const [old, now] = [entries(before), entries(after)];
  const gone = old.filter((entry) => !now.includes(entry));
  const come = now.filter((entry) => !old.includes(entry));
  // Where the order alone is another, all of it is shown.
  const isOrder = gone.length === 0 && come.length === 0;
  const kept = isOrder ? 0 : now.length - come.length;
  const [removed, added] = isOrder ? [old, now] : [gone, come];
  return (
    <>
      {removed.map((entry, index) => (
        <del key={`-${index}`}>
          <span className="unseen">Before: </span>
          {entry}
        </del>
      ))}
      {added.map((entry, index) => (
        <ins key={`+${index}`}>
          <span className="unseen">After: </span>
          {entry}
        </ins>
      ))}
      {old.length === 0 && now.length === 0 && <span className="hint">nothing</span>}
      {kept > 0 && <span className="hint">{kept === 1 ? "1 as before" : `${kept} as before`}</span>}
    </>
  );
}

/** The parts that come and go by themselves: the entries of a list, each key of an object, or the one value. */
function entries(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map(text);
  if (typeof value === "object") return Object.entries(value).map(([key, inside]) => `${key}: ${text(inside)}`);
  return [text(value)];
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const { name, person, character, ...rest } = value as Record<string, unknown>;
  const who = name ?? person;
  if (typeof who !== "string" || Object.keys(rest).length > 0) return JSON.stringify(value);
  return typeof character === "string" ? `${who} as ${character}` : who;
}

/** Text that is no JSON is shown as it is. */
function parsed(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}
