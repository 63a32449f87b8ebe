// What leads from the end of a list to its next page.

interface MoreProps {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null } | undefined;
  /** Asks for the page behind a cursor; undefined if that is there. */
  more: ((cursor: string) => void) | undefined;
}

export function More({ pageInfo, more }: MoreProps) {
  const end = pageInfo?.hasNextPage ? pageInfo.endCursor : null;
  if (!more || !end) return null;
  return (
    <p className="more">
      <button type="button" className="button" onClick={() => more(end)}>
        Show more
      </button>
    </p>
  );
}
