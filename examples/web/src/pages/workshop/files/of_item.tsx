// The files that are of a film, a series or an episode, each with the way to where that is decided.
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import { Failure } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { Pages, type PageProps } from "../../../parts/pages";
import { pathAddress } from "../addresses";

const FilesOfDocument = graphql(`
  query WorkshopFilesOf($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      ... on Film { id files(first: 20, after: $after) { ...FilesOfItem } }
      ... on Series { id files(first: 20, after: $after) { ...FilesOfItem } }
      ... on Episode { id files(first: 20, after: $after) { ...FilesOfItem } }
    }
  }
`);

graphql(`
  fragment FilesOfItem on MediaFileConnection {
    nodes { id root path takenFor state }
    pageInfo { hasNextPage endCursor }
  }
`);

/** What is decided of a file changes what it is of. */
const changedBy = { additionalTypenames: ["MediaFile"] };

export function FilesOfItem({ id }: { id: string }) {
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      <Pages key={id} page={(props) => <Page id={id} {...props} />} />
    </section>
  );
}

function Page({ id, after, more }: PageProps & { id: string }) {
  const [{ data, error }, again] = useQuery({ query: FilesOfDocument, variables: { id, after }, context: changedBy });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const list = data?.node && "files" in data.node ? data.node.files : undefined;
  return (
    <>
      {after === null && list?.nodes.length === 0 && <p className="hint">No file is known to be of it.</p>}
      <ul className="files-of">
        {list?.nodes.map(({ id, root, path, takenFor, state }) => (
          <li key={id}>
            <span className={`state ${state.toLowerCase()}`}>{words(state)}</span>{" "}
            <Link href={pathAddress(`${root}/${path}`)}>{path}</Link>{" "}
            <span className="hint">
              {words(takenFor)} · in {root}
            </span>
          </li>
        ))}
      </ul>
      <More pageInfo={list?.pageInfo} more={more} />
    </>
  );
}
