// What stands in the place of what could not be read.
import type { CombinedError } from "urql";
import { wordsFor } from "../session/errors";

export function Failure({ error, retry }: { error: CombinedError; retry: () => void }) {
  return (
    <div className="failure" role="alert">
      <p>{wordsFor(error)}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function Nothing({ children }: { children: React.ReactNode }) {
  return <p className="nothing">{children}</p>;
}
