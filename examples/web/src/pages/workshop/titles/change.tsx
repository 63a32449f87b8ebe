// A part of an edit of many titles: what a field is to be, or what lists are to have besides or no longer.
import { useId } from "react";
import type { EditTitlesInput, TitleLists, TitlePatch } from "../../../gql/graphql";
import { emptyDraft, FIELDS, inputOf, LISTS, type Draft, type FieldName, type FieldSpec } from "../fields";
import { Editor } from "../form/editor";
import { SITE_LANGUAGE } from "../form/languages";

type Operation = "SET" | "ADD" | "REMOVE";

export interface Change {
  operation: Operation;
  field: FieldName;
  draft: Draft;
}

const OPERATIONS: Record<Operation, string> = { SET: "Set", ADD: "Add to", REMOVE: "Take from" };
/** A name that all titles have would be none, and names in other languages need one. */
const SETTABLE = FIELDS.filter(({ name }) => name !== "name" && name !== "names");

export const emptyChange = (): Change => ({ operation: "ADD", field: "tags", draft: "" });

const fieldsFor = (operation: Operation): FieldSpec[] => (operation === "SET" ? SETTABLE : LISTS);

/** What stands in the editor at first: of a choice its first. */
const begun = (spec: FieldSpec): Draft => (spec.kind === "choice" ? (spec.choices?.[0] ?? "") : emptyDraft(spec));

interface ChangeProps {
  number: number;
  change: Change;
  onChange: (change: Change) => void;
  onRemove: (() => void) | undefined;
}

export function OneChange({ number, change, onChange, onRemove }: ChangeProps) {
  const id = useId();
  const fields = fieldsFor(change.operation);
  const spec = fields.find(({ name }) => name === change.field);

  const setOperation = (operation: Operation) => {
    const next = fieldsFor(operation).find(({ name }) => name === change.field) ?? fieldsFor(operation)[0];
    if (next) onChange({ operation, field: next.name, draft: next === spec ? change.draft : begun(next) });
  };
  const setField = (name: string) => {
    const next = fields.find((known) => known.name === name);
    if (next) onChange({ ...change, field: next.name, draft: begun(next) });
  };
  return (
    <fieldset className="change">
      <legend>Change {number}</legend>
      <select
        aria-label={`Change ${number}: what to do`}
        value={change.operation}
        onChange={(event) => setOperation(event.target.value as Operation)}
      >
        {Object.entries(OPERATIONS).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={`Change ${number}: field`}
        value={change.field}
        onChange={(event) => setField(event.target.value)}
      >
        {fields.map(({ name, label, only }) => (
          <option key={name} value={name}>
            {label}
            {only && ` (${only === "Film" ? "films" : "series"} only)`}
          </option>
        ))}
      </select>
      {onRemove && (
        <button type="button" className="button small" aria-label={`Leave change ${number} out`} onClick={onRemove}>
          ×
        </button>
      )}
      {spec && (
        <div className="field change-value">
          {typeof change.draft === "string" && <label htmlFor={id}>{spec.label}</label>}
          <Editor id={id} spec={spec} draft={change.draft} onChange={(draft) => onChange({ ...change, draft })} />
          <p className="hint">
            {change.operation === "SET" ? `Left empty, it takes the value away. ${spec.hint ?? ""}` : spec.hint}
          </p>
        </div>
      )}
    </fieldset>
  );
}

/** The changes as the mutation takes them; of several to one list all entries, of several to one value the last. */
export function partsOf(changes: Change[]): Pick<EditTitlesInput, "set" | "add" | "remove"> {
  const set: Record<string, unknown> = {};
  const lists: Record<"ADD" | "REMOVE", Record<string, unknown>> = { ADD: {}, REMOVE: {} };
  for (const { operation, field, draft } of changes) {
    const spec = FIELDS.find(({ name }) => name === field);
    if (!spec) continue;
    const said = inputOf(spec, draft, SITE_LANGUAGE);
    if (operation === "SET") set[field] = said;
    else {
      const before = (lists[operation][field] as unknown[] | undefined) ?? [];
      lists[operation][field] = [...before, ...(said as unknown[])];
    }
  }
  const isSaid = (part: object) => Object.keys(part).length > 0;
  return {
    ...(isSaid(set) && { set: set as TitlePatch }),
    ...(isSaid(lists.ADD) && { add: lists.ADD as TitleLists }),
    ...(isSaid(lists.REMOVE) && { remove: lists.REMOVE as TitleLists }),
  };
}
