// A clock that runs as a video does: there is none here, but everything around it.
import { useCallback, useEffect, useRef, useState } from "react";

const TICK_MS = 250;

export interface FakeClock {
  /** Where it stands, in seconds from the start. */
  position: number;
  isRunning: boolean;
  run: () => void;
  halt: () => void;
  jump: (position: number) => void;
  /** Where it stands at this moment, between two ticks too. */
  now: () => number;
}

export function useFakeClock(start: number, end: number, speed: number, onEnd: () => void): FakeClock {
  // Where it stood at a moment, of `performance.now()`; it runs from there.
  const since = useRef({ position: start, moment: 0, speed });
  const [position, setPosition] = useState(start);
  const [isRunning, setRunning] = useState(false);
  const running = useRef(false);

  const now = useCallback(() => {
    const { position, moment, speed } = since.current;
    const ran = running.current ? ((performance.now() - moment) / 1000) * speed : 0;
    return Math.min(end, position + ran);
  }, [end]);

  const jump = useCallback(
    (to: number) => {
      since.current = {
        position: Math.max(0, Math.min(end, to)),
        moment: performance.now(),
        speed: since.current.speed,
      };
      setPosition(since.current.position);
    },
    [end],
  );

  const run = useCallback(() => {
    jump(now());
    running.current = true;
    setRunning(true);
  }, [jump, now]);

  const halt = useCallback(() => {
    jump(now());
    running.current = false;
    setRunning(false);
  }, [jump, now]);

  useEffect(() => {
    jump(now());
    since.current.speed = speed;
  }, [speed, jump, now]);

  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      setPosition(now());
      if (now() < end) return;
      halt();
      ended.current();
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isRunning, now, halt, end]);

  return { position, isRunning, run, halt, jump, now };
}
