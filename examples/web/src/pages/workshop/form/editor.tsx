// What a field is typed into: one line, several, a choice, or rows of several parts.
import { useId } from "react";
import { words } from "../../../parts/format";
import type { AnySpec, Column, Draft, Entry } from "../fields";

interface EditorProps {
  spec: AnySpec;
  draft: Draft;
  onChange: (draft: Draft) => void;
  id: string;
  describedBy?: string | undefined;
  isWrong?: boolean;
  isDisabled?: boolean;
}

export function Editor({ spec, draft, onChange, id, describedBy, isWrong = false, isDisabled = false }: EditorProps) {
  if (typeof draft !== "string") {
    const { label, columns = [] } = spec;
    return <Rows {...{ id, label, columns, onChange, isDisabled }} rows={draft} />;
  }
  const common = {
    id,
    value: draft,
    disabled: isDisabled,
    "aria-describedby": describedBy,
    "aria-invalid": isWrong,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  switch (spec.kind) {
    case "choice":
      return (
        <select {...common}>
          {spec.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice === "" ? "Unknown" : words(choice)}
            </option>
          ))}
        </select>
      );
    case "lines":
      return <textarea rows={4} {...common} />;
    case "language":
      return spec.longest ? (
        <textarea rows={5} maxLength={spec.longest} {...common} />
      ) : (
        <input maxLength={500} {...common} />
      );
    case "number":
      return <input type="number" min={1} max={9999} step={1} {...common} />;
    case "day":
      return <input type="date" {...common} />;
    case "moment":
      return <input type="datetime-local" {...common} />;
    default:
      return <input maxLength={500} {...common} />;
  }
}

interface RowsProps {
  id: string;
  label: string;
  columns: Column[];
  rows: Entry[];
  onChange: (rows: Entry[]) => void;
  isDisabled: boolean;
}

function Rows({ id, label, columns, rows, onChange, isDisabled }: RowsProps) {
  const base = useId();
  const set = (index: number, key: string, value: string) =>
    onChange(
      rows.map((row, at) => {
        if (at !== index) return row;
        const next: Entry = { ...row, [key]: value };
        // Another name is of somebody else: the id does not hold any more.
        if (key === "name") delete next["person"];
        return next;
      }),
    );
  const empty = Object.fromEntries(columns.map(({ key }) => [key, ""]));

  return (
    <div className="entries" role="group" aria-label={label}>
      {rows.map((row, index) => (
        <div key={index} className="entry">
          {columns.map(({ key, label: part }) => (
            <input
              key={key}
              id={`${base}-${index}-${key}`}
              aria-label={`${label}, ${index + 1}: ${part}`}
              placeholder={part}
              maxLength={500}
              value={row[key] ?? ""}
              disabled={isDisabled}
              onChange={(event) => set(index, key, event.target.value)}
            />
          ))}
          <button
            type="button"
            className="button small"
            aria-label={`Take ${row[columns[0]?.key ?? ""] || `row ${index + 1}`} out of ${label}`}
            disabled={isDisabled}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        id={id}
        className="button small"
        aria-label={`Add to ${label}`}
        disabled={isDisabled}
        onClick={() => onChange([...rows, empty])}
      >
        + Add
      </button>
    </div>
  );
}
