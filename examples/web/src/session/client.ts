// How the page talks to the API: queries and mutations by POST, subscriptions over one WebSocket.
import { createClient as createSocket, type Client as Socket } from "graphql-ws";
import {
  cacheExchange,
  Client,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
  type CombinedError,
  type Operation,
} from "urql";

export interface Connection {
  client: Client;
  /** Ends all subscriptions for good. */
  close: () => void;
}

export const fetchOptions = { credentials: "same-origin", headers: { "x-client-name": "examples/web" } } as const;

export function connect(onError: (error: CombinedError, operation: Operation) => void): Connection {
  const address = new URL("/graphql", location.href);
  const socket: Socket = createSocket({ url: address.href.replace(/^http/, "ws"), retryAttempts: 10 });

  const client = new Client({
    url: address.href,
    preferGetMethod: false,
    // Lists follow what is watched and said of titles: shown at once from the cache, and read again.
    requestPolicy: "cache-and-network",
    fetchOptions,
    exchanges: [
      mapExchange({ onError }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables, operationName }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query: query ?? "", variables, operationName: operationName ?? null },
              sink,
            ),
          }),
        }),
      }),
    ],
  });
  return { client, close: () => void socket.dispose() };
}
