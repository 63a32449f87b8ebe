// What the site works on for the profile that watches, and how far each is, told while it goes on.
import { useQuery, useSubscription } from "urql";
import { graphql } from "../../../gql";
import type { ShownJobFragment } from "../../../gql/graphql";
import { Failure } from "../../../parts/failure";
import { moment, words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { Pages, type PageProps } from "../../../parts/pages";

const JobsDocument = graphql(`
  query WorkshopJobs($after: String) {
    viewer { id jobs(first: 20, after: $after) { nodes { ...ShownJob } pageInfo { hasNextPage endCursor } } }
  }
`);

const JobUpdatedDocument = graphql(`
  subscription JobUpdated($id: ID!) { jobUpdated(id: $id) { ...ShownJob } }
`);

graphql(`
  fragment ShownJob on Job { id kind state progress step queuedAt startedAt finishedAt error import { id name } }
`);

/** An empty list has nothing in it that says what changes it. */
const changedBy = { additionalTypenames: ["Job"] };

export function OwnJobs() {
  return <Pages page={(props) => <Page {...props} />} />;
}

function Page({ after, more }: PageProps) {
  const [{ data, error, fetching }, again] = useQuery({
    query: JobsDocument,
    variables: { after },
    context: changedBy,
  });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const jobs = data?.viewer?.jobs;
  return (
    <>
      {after === null && (
        <p className="actions">
          <button
            type="button"
            className="button small"
            disabled={fetching}
            onClick={() => again({ requestPolicy: "network-only" })}
          >
            Look for new ones
          </button>
        </p>
      )}
      {after === null && jobs?.nodes.length === 0 && (
        <p className="hint">The site has worked on nothing for this profile in the last month.</p>
      )}
      <ul className="jobs">
        {jobs?.nodes.map((job) => (
          <li key={job.id} className="panel">
            {isOver(job) ? <OneJob job={job} /> : <Followed job={job} />}
          </li>
        ))}
      </ul>
      <More pageInfo={jobs?.pageInfo} more={more} />
    </>
  );
}

const isOver = ({ state }: ShownJobFragment) => state === "SUCCEEDED" || state === "FAILED";

function Followed({ job }: { job: ShownJobFragment }) {
  const [{ data }] = useSubscription({ query: JobUpdatedDocument, variables: { id: job.id } });
  return <OneJob job={data?.jobUpdated ?? job} />;
}

function OneJob({ job }: { job: ShownJobFragment }) {
  const percent = Math.round(100 * job.progress);
  const name = `${words(job.kind)}${job.import ? ` of ${job.import.name}` : ""}`;
  return (
    <>
      <p>
        <strong>{name}</strong> · {words(job.state)}
      </p>
      <progress value={job.progress} max={1} aria-label={name}>
        {percent} %
      </progress>
      <p className="hint">
        {[
          `${percent} %`,
          !isOver(job) && job.step,
          `asked for ${moment(job.queuedAt)}`,
          job.finishedAt && `over ${moment(job.finishedAt)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {job.error && <p className="field-error">{job.error}</p>}
    </>
  );
}
