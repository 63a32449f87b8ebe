// A list page by page: behind each page the next one is asked for.
import { Fragment, useState, type ReactNode } from "react";

export interface PageProps {
  /** The cursor that the page follows; null if it is the first. */
  after: string | null;
  /** Asks for the page behind this one; undefined if that is there. */
  more: ((cursor: string) => void) | undefined;
}

export function Pages({ page }: { page: (props: PageProps) => ReactNode }) {
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return pages.map((after, index) => (
    <Fragment key={after}>
      {page({ after, more: index === pages.length - 1 ? (cursor) => setPages([...pages, cursor]) : undefined })}
    </Fragment>
  ));
}
