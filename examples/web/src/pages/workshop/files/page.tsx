// The files of libraries, by their states and where they lie, with what each may be and how that is decided.
import { useState, type FormEvent } from "react";
import { useSearchParams } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import type { MediaFileState } from "../../../gql/graphql";
import { Failure } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { More } from "../../../parts/more";
import { useName } from "../../../parts/name";
import { Pages, type PageProps } from "../../../parts/pages";
import { withParameter } from "../../../parts/parameters";
import { FILE_STATES } from "../states";
import { OneFile } from "./file";

const FilesDocument = graphql(`
  query WorkshopFiles($state: [MediaFileState!], $path: String, $after: String) {
    files(state: $state, path: $path, first: 20, after: $after) {
      totalCount
      nodes { ...ShownFile }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

graphql(`
  fragment ShownFile on MediaFile {
    id root path size takenFor certainty reason state matchedBy
    matches { ...FileItem }
    candidates { score item { ...FileItem } }
  }
`);

graphql(`
  fragment FileItem on MediaItem {
    __typename
    ... on Film { id name year }
    ... on Series { id name year }
    ... on Episode { id name label title { id name } }
  }
`);

/** An empty list has nothing in it that says what changes it. */
const changedBy = { additionalTypenames: ["MediaFile"] };

export function FilesPage() {
  useName("Files");
  const [params, setParams] = useSearchParams();
  const state = FILE_STATES.find((known) => known === params.get("state"));
  const path = params.get("path") ?? "";
  const [typed, setTyped] = useState(path);
  const set = (name: string, value: string) =>
    setParams((now) => withParameter(now, name, value), { replace: true });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set("path", typed.trim());
  };

  return (
    <>
      <h1>Files</h1>
      <form className="fields" onSubmit={submit}>
        <div className="field">
          <label htmlFor="state">State</label>
          <select id="state" value={state ?? ""} onChange={(event) => set("state", event.target.value)}>
            <option value="">Any state</option>
            {FILE_STATES.map((known) => (
              <option key={known} value={known}>
                {words(known)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="path">At this path or below it</label>
          <input
            id="path"
            placeholder="/srv/media/Film"
            autoComplete="off"
            maxLength={4000}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <div className="field end">
          <button type="submit" className="button small">
            Look there
          </button>
        </div>
      </form>
      <Pages key={`${state ?? ""} ${path}`} page={(props) => <Page state={state} path={path} {...props} />} />
    </>
  );
}

interface FilesProps extends PageProps {
  state: MediaFileState | undefined;
  path: string;
}

function Page({ state, path, after, more }: FilesProps) {
  const variables = { state: state ? [state] : null, path: path === "" ? null : path, after };
  const [{ data, error }, again] = useQuery({ query: FilesDocument, variables, context: changedBy });
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;
  const files = data?.files;
  return (
    <>
      {after === null && (
        <p className="hint" role="status">
          {files?.totalCount === 1 ? "1 file" : files ? `${files.totalCount ?? "Many"} files` : "Reading…"}
        </p>
      )}
      {after === null && files?.nodes.length === 0 && (
        <p className="hint">
          Nothing here. <code>reelgraph scan DIR --apply</code> writes down what lies in a folder.
        </p>
      )}
      <ul className="files">
        {files?.nodes.map((file) => (
          <OneFile key={file.id} file={file} />
        ))}
      </ul>
      <More pageInfo={files?.pageInfo} more={more} />
    </>
  );
}
