// Play, pause, jump, speed; and when what is told to the site.
import { useCallback, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { watchAddress } from "../../parts/continue";
import { clock as clockText } from "../../parts/format";
import { useSession } from "../../session/session";
import { useFakeClock } from "./clock";
import type { Item } from "./page";
import { useReports } from "./reports";

const REPORT_MS = 10_000;
/** Who drags the slider jumps once, where they let go. */
const SETTLED_MS = 400;
/** Of what nobody knows the length: the video would tell. */
const UNKNOWN_LENGTH = 45 * 60;
const SPEEDS = [1, 10, 60];

export function Controls({ item }: { item: Item }) {
  const { viewer } = useSession();
  const [speed, setSpeed] = useState(1);
  const [isOver, setOver] = useState(false);
  const end = item.duration ?? UNKNOWN_LENGTH;
  const reports = useReports(item.id, item.duration === null ? end : undefined);
  const clock = useFakeClock(item.watchState?.position ?? 0, end, speed, () => {
    settle();
    tell("STOP", end);
    setOver(true);
  });

  const isBegun = useRef(false);
  const tell: typeof reports.report = (event, position) => {
    if (viewer) reports.report(event, position);
  };

  /** Tells of a jump before anything else is told: what lies between was not watched. */
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const settle = () => {
    if (settling.current === undefined) return;
    clearTimeout(settling.current);
    settling.current = undefined;
    if (isBegun.current) tell("SEEK", clock.now());
  };

  const toggle = () => {
    settle();
    if (clock.isRunning) {
      clock.halt();
      tell("PAUSE", clock.now());
      return;
    }
    if (clock.now() >= end) clock.jump(0);
    setOver(false);
    clock.run();
    isBegun.current = true;
    tell("START", clock.now());
  };

  const jump = (to: number) => {
    // What was watched up to here is told before it is left.
    if (settling.current === undefined && clock.isRunning) tell("PROGRESS", clock.now());
    clearTimeout(settling.current);
    clock.jump(to);
    settling.current = setTimeout(() => current.current.settle(), SETTLED_MS);
  };

  const current = useRef({ tell, settle, clock, reports, viewer });
  current.current = { tell, settle, clock, reports, viewer };
  useEffect(() => {
    if (!clock.isRunning) return;
    const timer = setInterval(() => {
      const { tell, clock } = current.current;
      if (settling.current === undefined) tell("PROGRESS", clock.now());
    }, REPORT_MS);
    return () => clearInterval(timer);
  }, [clock.isRunning]);

  // Leaving is stopping, to another page of the site or to another site.
  const leave = useCallback(() => {
    const { settle, clock, reports, viewer } = current.current;
    settle();
    if (!isBegun.current || !viewer) return;
    isBegun.current = false;
    reports.stop(clock.now());
  }, []);
  useEffect(() => {
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [leave]);

  const next = item.__typename === "Episode" ? item.next : null;
  return (
    <div className="controls">
      {next && (isOver || clock.position / end > 0.9) && (
        <Link href={watchAddress(next.id)} className="button main next">
          Next: S{next.season.number} E{next.number} · {next.name}
        </Link>
      )}
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={clockText(clock.position)}
        min={0}
        max={Math.floor(end)}
        step={1}
        value={Math.floor(clock.position)}
        style={{ "--done": `${(100 * clock.position) / end}%` } as React.CSSProperties}
        onChange={(event) => jump(Number(event.target.value))}
      />
      <div className="controls-row">
        <button type="button" className="button main" onClick={toggle} aria-label={clock.isRunning ? "Pause" : "Play"}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <path d={clock.isRunning ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M7 4l13 8-13 8z"} fill="currentColor" />
          </svg>
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => jump(clock.now() - 10)}
          aria-label="Back 10 seconds"
        >
          −10 s
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => jump(clock.now() + 30)}
          aria-label="On 30 seconds"
        >
          +30 s
        </button>
        <span className="time">
          {clockText(clock.position)} / {clockText(end)}
        </span>
        <select aria-label="Speed" value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
          {SPEEDS.map((value) => (
            <option key={value} value={value}>
              {value}×
            </option>
          ))}
        </select>
      </div>
      <p className="told" role="status">
        {viewer ? reports.told : "Log in, and it goes on here the next time."}
        {reports.isCompleted && " · Watched to the end."}
      </p>
    </div>
  );
}
