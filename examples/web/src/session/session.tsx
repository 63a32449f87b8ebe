// Who is logged in, for every page; and what is to be done when that changes.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Provider, useQuery, useSubscription, type CombinedError } from "urql";
import { graphql } from "../gql";
import type { ViewerQuery } from "../gql/graphql";
import { useNotify } from "../parts/notices";
import { connect } from "./client";
import { codesOf, LOGGED_OUT, wordsFor } from "./errors";

const ViewerDocument = graphql(`
  query Viewer {
    viewer { id user { id email emailVerified role } profile { id name maxAge historyPausedAt } }
    site { name logIn { passwordMinLength passwordMaxLength } }
  }
`);

const WatchStateChangedDocument = graphql(`
  subscription WatchStateChanged { watchStateChanged { item { id } state { id } series { id } } }
`);

const SessionRevokedDocument = graphql(`
  subscription SessionRevoked { sessionRevoked { reason } }
`);

interface Session {
  /** Undefined until it is known; null if nobody is logged in. */
  viewer: ViewerQuery["viewer"] | undefined;
  site: ViewerQuery["site"] | undefined;
  failure: CombinedError | undefined;
  /** Forgets all that is in the cache, and asks anew who is logged in. */
  restart: () => void;
  /** Ends the subscriptions while this page itself ends or changes the session, and begins them anew if that failed. */
  setQuiet: (isQuiet: boolean) => void;
}

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("there is no SessionProvider around this");
  return session;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const notify = useNotify();
  const [round, setRound] = useState(0);
  const restart = useCallback(() => setRound((now) => now + 1), []);

  const connection = useMemo(
    () =>
      connect((error, operation) => {
        const isLoggedOut = codesOf(error).includes("UNAUTHENTICATED");
        // A subscription that is cut off is begun again by itself.
        if (isLoggedOut || operation.kind !== "subscription") notify(wordsFor(error));
        if (isLoggedOut) restart();
      }),
    // A client, with its cache and socket, is of one session.
    [round, notify, restart],
  );
  useEffect(() => () => connection.close(), [connection]);

  return (
    <Provider value={connection.client}>
      <WithViewer key={round} restart={restart}>
        {children}
      </WithViewer>
    </Provider>
  );
}

/** Null beside an error is not known: nobody was logged out. */
function viewerOf(data: ViewerQuery | undefined, error: CombinedError | undefined) {
  const failed = error?.graphQLErrors.some(({ path }) => path?.[0] === "viewer");
  return failed ? undefined : data?.viewer;
}

function WithViewer({ children, restart }: { children: ReactNode; restart: () => void }) {
  const [{ data, error }] = useQuery({ query: ViewerDocument });
  const [isQuiet, setQuiet] = useState(false);
  const session = useMemo(
    () => ({ viewer: viewerOf(data, error), site: data?.site, failure: error, restart, setQuiet }),
    [data, error, restart],
  );

  return (
    <Context value={session}>
      {data?.viewer && !isQuiet && <Live restart={restart} />}
      {children}
    </Context>
  );
}

/** Another device moved on: whatever shows how far something was watched is read again. */
const watchStates = { additionalTypenames: ["WatchState"] };

function Live({ restart }: { restart: () => void }) {
  const notify = useNotify();
  useSubscription({ query: WatchStateChangedDocument, context: watchStates });
  const [{ data }] = useSubscription({ query: SessionRevokedDocument });
  const handled = useRef(false);

  const reason = data?.sessionRevoked.reason;
  useEffect(() => {
    if (reason === undefined || handled.current) return;
    handled.current = true;
    notify(reason === "ENDED" ? LOGGED_OUT : "Another profile goes on here.");
    restart();
  }, [reason, notify, restart]);
  return null;
}
