// A file: what it was taken for and why, what of the catalogue it is or may be, and what a curator decides of it.
import { useState } from "react";
import { Link } from "wouter";
import { useQuery } from "urql";
import { graphql } from "../../../gql";
import type { FileItemFragment, MatchFileInput, ShownFileFragment } from "../../../gql/graphql";
import { useChange } from "../../../parts/change";
import { moment, words } from "../../../parts/format";
import { nodeAddress } from "../addresses";
import { Finder } from "./finder";

const MatchDocument = graphql(`
  mutation MatchFile($input: MatchFileInput!) {
    matchFile(input: $input) { file { ...ShownFile } userErrors { code message field } }
  }
`);

const FileHistoryDocument = graphql(`
  query FileHistory($id: ID!) {
    node(id: $id) {
      __typename
      ... on MediaFile { id firstSeenAt lastSeenAt modifiedAt fingerprint history(first: 50) { at kind from state } }
    }
  }
`);

/** What it is: exactly one title or episode, or nothing. */
export type Answer = Pick<MatchFileInput, "title" | "episode" | "undecided">;

export function OneFile({ file }: { file: ShownFileFragment }) {
  const [isBusy, change] = useChange();
  const [isFinding, setFinding] = useState(false);
  const [hasHistory, setHistory] = useState(false);
  const decide = async (answer: Answer) => {
    const done = await change(MatchDocument, { input: { file: file.id, ...answer } });
    if (done) setFinding(false);
  };
  const name = file.path.split("/").at(-1) ?? file.path;
  const isDecided = file.matchedBy === "CURATOR";

  return (
    <li className="panel file">
      <p>
        <span className={`state ${file.state.toLowerCase()}`}>{words(file.state)}</span> <strong>{file.path}</strong>
      </p>
      <p className="hint">
        {words(file.takenFor)}, {words(file.certainty).toLowerCase()}: {file.reason} · {bytes(file.size)} · in{" "}
        {file.root}
      </p>
      {file.matches.length > 0 && (
        <p>
          It is of{" "}
          {file.matches.map((item, index) => (
            <span key={item.id}>
              {index > 0 && ", "}
              <Item item={item} />
            </span>
          ))}
          {file.matchedBy && <span className="hint"> · by {words(file.matchedBy).toLowerCase()}</span>}
        </p>
      )}
      {file.candidates.length > 0 && (
        <ul className="candidates" aria-label={`What ${name} may be`}>
          {file.candidates.map(({ item, score }) => (
            <li key={item.id}>
              <span>
                <Item item={item} /> <span className="hint">{Math.round(score * 100)} %</span>
              </span>
              <button
                type="button"
                className="button small"
                aria-label={`${name} is ${nameOf(item)}`}
                disabled={isBusy}
                onClick={() => void decide(answerOf(item))}
              >
                It is this
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="actions">
        <button
          type="button"
          className="button small"
          aria-expanded={isFinding}
          aria-label={`Say what ${name} is`}
          onClick={() => setFinding(!isFinding)}
        >
          It is …
        </button>
        {!(isDecided && file.state === "IGNORED") && (
          <button
            type="button"
            className="button small"
            aria-label={`${name} is of nothing`}
            disabled={isBusy}
            onClick={() => void decide({})}
          >
            It is of nothing
          </button>
        )}
        {isDecided && (
          <button
            type="button"
            className="button small"
            aria-label={`Take back what was decided of ${name}`}
            disabled={isBusy}
            onClick={() => void decide({ undecided: true })}
          >
            Take back
          </button>
        )}
        <button
          type="button"
          className="button small"
          aria-expanded={hasHistory}
          aria-label={`History of ${name}`}
          onClick={() => setHistory(!hasHistory)}
        >
          History
        </button>
      </p>
      {isFinding && <Finder isBusy={isBusy} choose={(answer) => void decide(answer)} />}
      {hasHistory && <History id={file.id} />}
    </li>
  );
}

function History({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: FileHistoryDocument, variables: { id } });
  const file = data?.node?.__typename === "MediaFile" ? data.node : undefined;
  return (
    <ol className="file-history" aria-label="History">
      {file?.history?.map(({ at, kind, from, state }, index) => (
        <li key={index}>
          {moment(at)}: {words(kind).toLowerCase()}
          {from && `, from ${from}`} <span className="hint">{words(state).toLowerCase()} from then on</span>
        </li>
      ))}
      {file && (
        <li className="hint">
          Last seen {moment(file.lastSeenAt)}
          {file.modifiedAt && ` · changed ${moment(file.modifiedAt)}`}
          {file.fingerprint && ` · ${file.fingerprint}`}
        </li>
      )}
    </ol>
  );
}

function Item({ item }: { item: FileItemFragment }) {
  return <Link href={nodeAddress(item)}>{nameOf(item)}</Link>;
}

function nameOf(item: FileItemFragment): string {
  if (item.__typename === "Episode") return `${item.title.name} ${item.label ?? ""} · ${item.name}`;
  return item.year ? `${item.name} (${item.year})` : item.name;
}

function answerOf(item: FileItemFragment): Answer {
  return item.__typename === "Episode" ? { episode: item.id } : { title: item.id };
}

/** `1.4 GB` */
function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  const value = size / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power] ?? "B"}`;
}
