// Titles as posters: alone, in a row that scrolls sideways, and in a grid.
import type { CSSProperties, ReactNode } from "react";
import { Link } from "wouter";
import { graphql } from "../gql";
import type { CardFragment } from "../gql/graphql";

graphql(`
  fragment Card on Title {
    __typename id slug name year
    image(kind: [POSTER]) { url(width: 342) dominantColor }
  }
`);

export function Poster({ title, note, eager = false }: { title: CardFragment; note?: ReactNode; eager?: boolean }) {
  return (
    <Link href={`/title/${title.slug}`} className="poster">
      <Picture image={title.image} shape="upright" eager={eager} />
      <span className="poster-name">{title.name}</span>
      <span className="poster-note">
        {note ?? [title.year, title.__typename === "Series" && "series"].filter(Boolean).join(" · ")}
      </span>
    </Link>
  );
}

export interface Shown {
  url?: string | null;
  dominantColor: string;
}

/** The room is there, in the picture's own colour, before the picture is. */
export function Picture({
  image,
  shape,
  eager = false,
}: {
  image?: Shown | null | undefined;
  shape: "upright" | "wide";
  eager?: boolean;
}) {
  return (
    <span className={`picture ${shape}`} style={image ? ({ "--tint": image.dominantColor } as CSSProperties) : undefined}>
      {image?.url && <img src={image.url} alt="" loading={eager ? "eager" : "lazy"} decoding="async" />}
    </span>
  );
}

interface RowProps {
  heading: string;
  aside?: ReactNode;
  /** Whether it is said of each title why it is there. */
  hasReasons?: boolean;
  children: ReactNode;
}

export function Row({ heading, aside, hasReasons = false, children }: RowProps) {
  return (
    <section className={hasReasons ? "row with-reasons" : "row"} aria-label={heading}>
      <header>
        <h2>{heading}</h2>
        {aside}
      </header>
      <ul className="row-items">{children}</ul>
    </section>
  );
}

export function Grid({ children }: { children: ReactNode }) {
  return <ul className="grid">{children}</ul>;
}

/** As many empty places as are expected, so that nothing jumps when the titles come. */
export function Placeholders({ count }: { count: number }) {
  return Array.from({ length: count }, (_, index) => (
    <li key={index} aria-hidden="true">
      <span className="poster waiting">
        <span className="picture upright" />
        <span className="poster-name">&nbsp;</span>
        <span className="poster-note">&nbsp;</span>
      </span>
    </li>
  ));
}
