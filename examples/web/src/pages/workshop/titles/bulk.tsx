// One edit of many titles: shown as exact differences first, then done to just what was shown, and undone by one click.
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Link } from "wouter";
import { useClient } from "urql";
import { graphql } from "../../../gql";
import type { BulkEditMutation, EditTitlesInput, ErrorPolicy, TitleFilter } from "../../../gql/graphql";
import { sentence, type UserError } from "../../../parts/form";
import { formAddress, revisionsAddress } from "../addresses";
import { Differences } from "../differences";
import { LockChanged } from "../form/lock_changed";
import { Undo } from "../revisions/revert";
import { CATALOGUE } from "../runs";
import { emptyChange, OneChange, partsOf, type Change } from "./change";

const BulkDocument = graphql(`
  mutation BulkEdit($input: EditTitlesInput!) {
    editTitles(input: $input) {
      results {
        title { id name revision }
        changes { field before after }
        warnings
        userErrors { code message field }
      }
      changed run
      userErrors { code message field }
    }
  }
`);

type Payload = BulkEditMutation["editTitles"];
type Result = Payload["results"][number];

export interface Chosen {
  id: string;
  name: string;
}

export type Choice = { titles: Chosen[] } | { filter: TitleFilter; count: number };

const MOST = 500;
const POLICIES: Record<ErrorPolicy, string> = {
  REJECT_FAILED_ROWS: "Leave the titles of which something is refused",
  REJECT_EVERYTHING: "Change no title if anything is refused",
  IGNORE_FAILED: "Leave the fields that are refused",
};

export function Bulk({ choice }: { choice: Choice }) {
  const client = useClient();
  const [changes, setChanges] = useState<Change[]>([emptyChange()]);
  const [policy, setPolicy] = useState<ErrorPolicy>("REJECT_FAILED_ROWS");
  const [lock, setLock] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [errors, setErrors] = useState<UserError[]>([]);
  const [preview, setPreview] = useState<Payload | null>(null);
  const [done, setDone] = useState<Payload | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), [preview, done]);

  // What was shown is of other titles then.
  const titles = "titles" in choice ? choice.titles : null;
  const key = JSON.stringify(titles ? titles.map(({ id }) => id) : choice);
  useEffect(() => setPreview(null), [key]);

  const set = (next: Change[]) => {
    setChanges(next);
    setPreview(null);
    setErrors([]);
  };

  const send = async (which: Pick<EditTitlesInput, "titles" | "filter">, dryRun: boolean) => {
    setBusy(true);
    const input: EditTitlesInput = { ...which, ...partsOf(changes), errorPolicy: policy, lock, dryRun };
    const { data } = await client.mutation(BulkDocument, { input }, CATALOGUE).toPromise();
    setBusy(false);
    const payload = data?.editTitles;
    if (!payload) return;
    setErrors(payload.userErrors);
    if (payload.userErrors.length > 0) return;
    setPreview(dryRun ? payload : null);
    setDone(dryRun ? null : payload);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const which = titles
      ? { titles: titles.map(({ id }) => ({ title: id })) }
      : { filter: "filter" in choice ? choice.filter : {} };
    void send(which, true);
  };
  /** Just what was shown, as it was then: what has come to pass the filter since is not changed unseen. */
  const apply = (shown: Payload) => {
    const rows = shown.results.flatMap(({ title }) => (title ? [title] : []));
    void send({ titles: rows.map(({ id, revision }) => ({ title: id, baseRevision: revision })) }, false);
  };

  const count = titles ? titles.length : "count" in choice ? choice.count : 0;
  const isTooMany = count > MOST;
  return (
    <form className="bulk-form" onSubmit={submit}>
      <p role="status">
        {titles ? `The ${count} chosen titles` : `All ${count} titles that are found`}
        {isTooMany && `: ${MOST} at most can be edited together, so narrow it.`}
      </p>
      {changes.map((change, index) => (
        <OneChange
          key={index}
          number={index + 1}
          change={change}
          onChange={(next) => set(changes.map((old, at) => (at === index ? next : old)))}
          onRemove={changes.length > 1 ? () => set(changes.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      <p className="actions">
        <button type="button" className="button small" onClick={() => set([...changes, emptyChange()])}>
          + Another change
        </button>
      </p>
      <div className="form-foot">
        <select
          aria-label="If something is refused"
          value={policy}
          onChange={(event) => {
            setPolicy(event.target.value as ErrorPolicy);
            setPreview(null);
          }}
        >
          {Object.entries(POLICIES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <LockChanged
          lock={lock}
          onChange={(lock) => {
            setLock(lock);
            setPreview(null);
          }}
        />
        <button type="submit" className="button" disabled={isBusy || isTooMany || count === 0}>
          Preview
        </button>
      </div>
      <div role="alert" className="form-errors">
        {errors.map((error) => (
          <p key={error.code + error.message}>{sentence(error)}</p>
        ))}
      </div>
      {preview && (
        <div ref={panel} className="panel" role="region" aria-label="Preview" tabIndex={-1}>
          <h3>{summary(preview, "would be other than now", "would stay")}</h3>
          <Results results={preview.results} />
          <p className="actions">
            <button
              type="button"
              className="button main"
              disabled={isBusy || preview.changed === 0}
              onClick={() => apply(preview)}
            >
              Apply
            </button>
          </p>
        </div>
      )}
      {done && (
        <div ref={panel} className="panel" role="region" aria-label="Done" tabIndex={-1}>
          <h3>{summary(done, "are other than before", "stay")}</h3>
          <Results results={done.results.filter(({ userErrors }) => userErrors.length > 0)} />
          {done.run && (
            <p className="actions">
              <Undo run={done.run} onDone={() => setDone(null)} />
              <Link href={revisionsAddress({ run: done.run })} className="button small">
                Revisions of this edit
              </Link>
            </p>
          )}
        </div>
      )}
    </form>
  );
}

function summary({ changed, results }: Payload, other: string, same: string): string {
  const refused = results.filter(({ userErrors }) => userErrors.length > 0).length;
  const all = `${changed} of ${results.length} titles ${other}`;
  return refused === 0 ? `${all}.` : `${all}; of ${refused} something is refused, and ${same} as it is.`;
}

/** What is otherwise; what stays as it is was counted. */
function Results({ results }: { results: Result[] }) {
  const told = results.filter(
    ({ changes, userErrors, warnings }) => changes.length + userErrors.length + warnings.length > 0,
  );
  return (
    <ul className="outcomes">
      {told.map(({ title, changes, warnings, userErrors }, index) => (
        <li key={title?.id ?? index}>
          {title ? <Link href={formAddress(title.id)}>{title.name}</Link> : "A title that is not there any more"}
          <Differences changes={changes} />
          {warnings.map((warning) => (
            <p key={warning} className="hint">
              {warning}
            </p>
          ))}
          {userErrors.map((error) => (
            <p key={error.code + error.message} className="field-error">
              {sentence(error)}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
