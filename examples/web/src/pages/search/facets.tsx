// What the titles that were found can be narrowed by, and how many each choice would leave.
import { useSearchParams } from "wouter";
import type { TitleFacet } from "../../gql/graphql";
import { withParameter } from "../../parts/parameters";
import { PARAMETERS } from "./filter";

interface Facet {
  by: TitleFacet;
  values?: { value: string; label: string; count: number }[] | null;
}

const HEADINGS: Partial<Record<TitleFacet, string>> = {
  KIND: "All kinds",
  GENRE: "All genres",
  DECADE: "All decades",
  LANGUAGE: "All languages",
  AGE: "All ages",
  MISSING: "Whatever is missing",
};

export function Facets({
  params,
  facets,
  count,
  parameters = PARAMETERS,
}: {
  params: URLSearchParams;
  facets: Facet[];
  count: number | undefined;
  /** The facets that are offered, and the parameter of each. */
  parameters?: Partial<Record<TitleFacet, string>>;
}) {
  const [, setParams] = useSearchParams();
  const choose = (parameter: string, value: string) =>
    setParams((now) => withParameter(now, parameter, value), { replace: true });

  return (
    <div className="facets">
      {Object.entries(parameters).map(([by, parameter]) => {
        const values = facets.find((facet) => facet.by === by)?.values ?? [];
        const chosen = params.get(parameter) ?? "";
        // What was chosen stays there to be seen, also where nothing is left of it.
        const isListed = chosen === "" || values.some(({ value }) => value === chosen);
        return (
          <select
            key={by}
            aria-label={HEADINGS[by as TitleFacet]}
            value={chosen}
            onChange={(event) => choose(parameter, event.target.value)}
          >
            <option value="">{HEADINGS[by as TitleFacet]}</option>
            {!isListed && <option value={chosen}>{chosen}</option>}
            {values.map(({ value, label, count }) => (
              <option key={value} value={value}>
                {by === "AGE" && value !== "0" ? `Up to ${value}` : label} ({count})
              </option>
            ))}
          </select>
        );
      })}
      <p className="count" role="status">
        {count === undefined ? "" : count === 1 ? "1 title" : `${count} titles`}
      </p>
    </div>
  );
}
