// What a player tells the site: each report once it is made, and those that could not be sent together with the next.
import { useCallback, useEffect, useRef, useState } from "react";
import { useClient, type CombinedError } from "urql";
import { graphql } from "../../gql";
import type { PlaybackEvent, ReportPlaybackInput } from "../../gql/graphql";
import { sentence, type UserError } from "../../parts/form";
import { fetchOptions } from "../../session/client";
import { codesOf } from "../../session/errors";

const ReportDocument = graphql(`
  mutation ReportPlayback($input: ReportPlaybackInput!) {
    reportPlayback(input: $input) {
      recorded completedNow state { id position percent watched } userErrors { code message field }
    }
  }
`);

const ReportBatchDocument = graphql(`
  mutation ReportPlaybackBatch($reports: [KeptReportInput!]!) {
    reportPlaybackBatch(input: { reports: $reports }) {
      results { recorded completedNow state { id position percent watched } userErrors { code message field } }
      userErrors { code message field }
    }
  }
`);

/** As many fit into what a browser sends for a page that is gone (64 KiB). */
const BATCH = 100;
const MOST_KEPT = 1000;

type Report = ReportPlaybackInput & { at: string };

export function useReports(item: string, duration: number | undefined) {
  const client = useClient();
  const play = useRef(crypto.randomUUID());
  const kept = useRef<Report[]>([]);
  const last = useRef(0);
  const isSending = useRef(false);
  const [told, setTold] = useState("");
  const [isCompleted, setCompleted] = useState(false);

  const sendOnce = useCallback(
    async (reports: Report[]) => {
      // What is sent while the page is left arrives all the same.
      const context = { fetchOptions: { ...fetchOptions, keepalive: true } };
      const [one] = reports;
      if (one && reports.length === 1) {
        const { data, error } = await client.mutation(ReportDocument, { input: one }, context).toPromise();
        return { error, results: data ? [data.reportPlayback] : [] };
      }
      const { data, error } = await client.mutation(ReportBatchDocument, { reports }, context).toPromise();
      return { error, results: data?.reportPlaybackBatch.results ?? [] };
    },
    [client],
  );

  const send = useCallback(async () => {
    if (isSending.current) return;
    isSending.current = true;
    while (kept.current.length > 0) {
      const reports = kept.current.slice(0, BATCH);
      const { error, results } = await sendOnce(reports);
      if (error && isWorthRepeating(error)) {
        setTold(`${kept.current.length} reports are kept until the site can be reached.`);
        break;
      }
      kept.current = kept.current.slice(reports.length);
      const newest = results.at(-1);
      if (newest) setTold(wordsFor(newest));
      // Only one report of a play completes it, and not always the last.
      if (results.some(({ completedNow }) => completedNow)) setCompleted(true);
    }
    isSending.current = false;
  }, [sendOnce]);

  const report = useCallback(
    (event: PlaybackEvent, position: number) => {
      // Reports are put in order by their times, so no two of a play have the same.
      last.current = Math.max(Date.now(), last.current + 1);
      const at = new Date(last.current).toISOString();
      const next: Report = {
        item,
        play: play.current,
        event,
        position,
        at,
        ...(duration !== undefined && { duration }),
      };
      kept.current = [...kept.current, next].slice(-MOST_KEPT);
      void send();
    },
    [item, duration, send],
  );

  /** The last one, sent beside what is on its way: repeated reports change nothing. */
  const stop = useCallback(
    (position: number) => {
      report("STOP", position);
      if (kept.current.length > 1) void sendOnce(kept.current.slice(-BATCH));
    },
    [report, sendOnce],
  );

  useEffect(() => {
    const retry = () => void send();
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, [send]);

  return { report, stop, told, isCompleted };
}

function isWorthRepeating(error: CombinedError): boolean {
  const codes = codesOf(error);
  const passing = ["RATE_LIMITED", "BUSY", "TIMEOUT", "UPSTREAM_UNAVAILABLE", "STORAGE_FULL"];
  return codes.length === 0 ? error.networkError !== undefined : codes.some((code) => passing.includes(code));
}

interface Result {
  recorded: boolean;
  state?: { percent: number } | null;
  userErrors: UserError[];
}

function wordsFor({ recorded, state, userErrors }: Result): string {
  const [refused] = userErrors;
  if (refused) return sentence(refused);
  if (!recorded) return "The history is paused: nothing of this is kept.";
  return `Kept: ${Math.round(state?.percent ?? 0)} %`;
}
