// The loads and scans that commands run, or ran, how far each is, told while it goes on, and how it is stopped.
import { useState } from "react";
import { Link } from "wouter";
import { useQuery, useSubscription } from "urql";
import { graphql } from "../../../gql";
import type { ShownSiteJobFragment, SiteJobState } from "../../../gql/graphql";
import { useChange } from "../../../parts/change";
import { Failure } from "../../../parts/failure";
import { moment, words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { Pages, type PageProps } from "../../../parts/pages";
import { revisionsAddress } from "../addresses";

const SiteJobsDocument = graphql(`
  query WorkshopSiteJobs($state: SiteJobState, $after: String) {
    siteJobs(filter: { state: $state }, first: 10, after: $after) {
      nodes { ...ShownSiteJob }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const SiteJobUpdatedDocument = graphql(`
  subscription SiteJobUpdated($id: ID!) { siteJobUpdated(id: $id) { ...ShownSiteJob } }
`);

const CancelDocument = graphql(`
  mutation CancelSiteJob($input: CancelSiteJobInput!) {
    cancelSiteJob(input: $input) { job { ...ShownSiteJob } userErrors { code message field } }
  }
`);

graphql(`
  fragment ShownSiteJob on SiteJob {
    id commandId kind state reads startedAt endedAt
    done total created changed unchanged rejected
    run cancelledBy error { code message }
  }
`);

const STATES: SiteJobState[] = ["RUNNING", "DONE", "FAILED", "CANCELLED"];
const CANCELLERS = { COMMAND: "a command", CURATOR: "a curator", API_KEY: "a key" } as const;

/** An empty list has nothing in it that says what changes it. */
const changedBy = { additionalTypenames: ["SiteJob"] };

export function SiteJobs() {
  const [state, setState] = useState<SiteJobState | null>(null);
  return (
    <>
      <div className="facets">
        <select
          aria-label="State of loads and scans"
          value={state ?? ""}
          onChange={(event) => setState(STATES.find((known) => known === event.target.value) ?? null)}
        >
          <option value="">In any state</option>
          {STATES.map((known) => (
            <option key={known} value={known}>
              {words(known)}
            </option>
          ))}
        </select>
      </div>
      <Pages key={state} page={(props) => <Page state={state} {...props} />} />
    </>
  );
}

function Page({ state, after, more }: PageProps & { state: SiteJobState | null }) {
  const variables = { state, after };
  const [{ data, error, fetching }, again] = useQuery({ query: SiteJobsDocument, variables, context: changedBy });
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !data) return <Failure error={error} retry={readAgain} />;
  const jobs = data?.siteJobs;
  return (
    <>
      {after === null && (
        <p className="actions">
          <button type="button" className="button small" disabled={fetching} onClick={readAgain}>
            Look for new loads and scans
          </button>
        </p>
      )}
      {after === null && jobs?.nodes.length === 0 && (
        <p className="hint">
          None. <code>reelgraph load</code> and <code>reelgraph scan --apply</code> are jobs of the site.
        </p>
      )}
      <ul className="jobs">
        {jobs?.nodes.map((job) => (
          <li key={job.id} className="panel">
            {job.state === "RUNNING" ? <Followed job={job} /> : <OneJob job={job} />}
          </li>
        ))}
      </ul>
      <More pageInfo={jobs?.pageInfo} more={more} />
    </>
  );
}

function Followed({ job }: { job: ShownSiteJobFragment }) {
  const [{ data }] = useSubscription({ query: SiteJobUpdatedDocument, variables: { id: job.id } });
  return <OneJob job={data?.siteJobUpdated ?? job} />;
}

function OneJob({ job }: { job: ShownSiteJobFragment }) {
  const [isBusy, change] = useChange();
  const { kind, state, reads, done, total, run, error, cancelledBy } = job;
  const name = `${words(kind)} of ${reads.join(", ")}`;
  const isRunning = state === "RUNNING";
  const by = cancelledBy && CANCELLERS[cancelledBy];
  const counts = [
    [job.created, "new"],
    [job.changed, "changed"],
    [job.unchanged, "as before"],
    [job.rejected, "rejected"],
  ] as const;
  return (
    <>
      <p>
        <span className={`state ${state.toLowerCase()}`}>{words(state)}</span> <strong>{name}</strong>
      </p>
      {isRunning && (
        <progress {...(total !== null && { value: done })} max={Math.max(total ?? 1, 1)} aria-label={name}>
          {done}
        </progress>
      )}
      <p className="hint">
        {[
          total === null ? `${done} gone through` : `${done} of ${total}`,
          ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
          `begun ${moment(job.startedAt)}`,
          job.endedAt && `over ${moment(job.endedAt)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {isRunning && by && <p className="hint">Asked to stop by {by}: it ends after the batch that is under way.</p>}
      {state === "CANCELLED" && by && <p className="hint">Stopped by {by}; what was done by then stays.</p>}
      {error && (
        <p className={state === "FAILED" ? "field-error" : "hint"}>
          {words(error.code)}: {error.message}
        </p>
      )}
      <p className="actions">
        {isRunning && !by && (
          <button
            type="button"
            className="button small"
            aria-label={`Cancel ${name}`}
            disabled={isBusy}
            onClick={() => void change(CancelDocument, { input: { id: job.id } }, changedBy)}
          >
            Cancel
          </button>
        )}
        {run && (
          <Link href={revisionsAddress({ run })} className="button small" aria-label={`Revisions of ${name}`}>
            What it changed
          </Link>
        )}
      </p>
    </>
  );
}
