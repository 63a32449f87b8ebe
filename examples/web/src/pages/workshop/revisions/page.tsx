// The revisions of the whole site, narrowed by what stands in the address: `?source=LOAD&field=year&run=…&node=…`.
import { useSearchParams } from "wouter";
import type { RevisionFilter, RevisionSource } from "../../../gql/graphql";
import { words } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { withParameter } from "../../../parts/parameters";
import { labelOf, NAMES_IN_FILES } from "../fields";
import { RevisionList } from "./list";
import { TakeBack } from "./revert";

const SOURCES: RevisionSource[] = ["LOAD", "EDIT", "REVERT", "SCAN", "MERGE"];

/** What is followed from a revision, and can be left again. */
const FOLLOWED = { run: "Of one run", who: "By one account", node: "Of one thing" } as const;

export function RevisionsPage() {
  useName("Revisions");
  const [params, setParams] = useSearchParams();
  const filter = filterOf(params);
  const choose = (parameter: string, value: string) =>
    setParams((now) => withParameter(now, parameter, value), { replace: true });

  return (
    <>
      <h1>Revisions</h1>
      <div className="facets">
        <select
          aria-label="By what it was changed"
          value={filter.source ?? ""}
          onChange={(event) => choose("source", event.target.value)}
        >
          <option value="">Changed by anything</option>
          {SOURCES.map((source) => (
            <option key={source} value={source}>
              {words(source)}
            </option>
          ))}
        </select>
        <select aria-label="Field" value={filter.field ?? ""} onChange={(event) => choose("field", event.target.value)}>
          <option value="">Of any field</option>
          {NAMES_IN_FILES.map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
        </select>
        {(["run", "who", "node"] as const).map(
          (parameter) =>
            filter[parameter] && (
              <button
                key={parameter}
                type="button"
                className="button small"
                aria-label={`${FOLLOWED[parameter]}: show all again`}
                onClick={() => choose(parameter, "")}
              >
                {FOLLOWED[parameter]} ×
              </button>
            ),
        )}
      </div>
      {filter.run && (
        <div>
          <TakeBack key={filter.run} meant={{ run: filter.run }} name="the whole run" label="Take back" />
        </div>
      )}
      <RevisionList key={params.toString()} filter={filter} isOfMany />
    </>
  );
}

function filterOf(params: URLSearchParams): RevisionFilter {
  const source = SOURCES.find((known) => known === params.get("source"));
  const field = NAMES_IN_FILES.find((known) => known === params.get("field"));
  const [run, who, node] = [params.get("run"), params.get("who"), params.get("node")];
  return {
    ...(source && { source }),
    ...(field && { field }),
    ...(run && { run }),
    ...(who && { who }),
    ...(node && { node }),
  };
}
