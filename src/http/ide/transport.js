// To the server and back: queries and mutations over HTTP, subscriptions by the protocol graphql-transport-ws.

/** The GraphQL endpoint, which is this page's own address. */
const ENDPOINT = new URL(location.pathname, location.origin);
/** How many milliseconds a server may take to answer the first message of a connection. */
const PATIENCE = 10_000;

/** Sends a query or a mutation. What came back, with the status, the milliseconds it took and the bytes of the body. */
export async function send(payload, headers, signal) {
  const began = performance.now();
  const answer = await fetch(ENDPOINT, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      "apollographql-client-name": "ide",
      ...headers,
    },
    body: JSON.stringify(payload),
    signal,
  });
  const text = await answer.text();
  const took = performance.now() - began;
  return {
    status: answer.status,
    retryAfter: answer.headers.get("retry-after"),
    requestId: answer.headers.get("x-request-id"),
    took,
    bytes: new TextEncoder().encode(text).length,
    body: parsed(text),
    text,
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Begins a subscription. `heard` is told `(kind, payload)`: `next` and a result, `error` and a list of errors, `closed`
 * and why, or null for a usual end; after `error` and `closed` nothing more comes. Browsers send no headers when they
 * open a socket, so those go into the first message, where the server looks for `Authorization`. What ends it is given
 * back.
 */
export function subscribe(payload, headers, heard) {
  const address = new URL(ENDPOINT);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, "graphql-transport-ws");
  const id = "1";
  let isOver = false;
  const say = (message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const end = (kind, what) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(waiting);
    heard(kind, what);
    if (socket.readyState <= WebSocket.OPEN) socket.close(1000);
  };
  const waiting = setTimeout(() => end("closed", "the server did not acknowledge the connection in time"), PATIENCE);
  socket.addEventListener("open", () => say({ type: "connection_init", payload: headers }));
  socket.addEventListener("message", (event) => {
    const message = typeof event.data === "string" ? parsed(event.data) : undefined;
    if (isOver) return;
    switch (message?.type) {
      case "connection_ack":
        clearTimeout(waiting);
        say({ id, type: "subscribe", payload });
        break;
      case "ping":
        say({ type: "pong" });
        break;
      case "pong":
        break;
      case "next":
        if (message.id === id) heard("next", message.payload);
        break;
      case "error":
        if (message.id === id) end("error", message.payload);
        break;
      case "complete":
        if (message.id === id) end("closed", null);
        break;
      default:
        end("closed", "the server sent what is no message of graphql-transport-ws");
    }
  });
  socket.addEventListener("close", ({ code, reason }) => {
    end("closed", code === 1000 ? null : `the connection was closed (${code}${reason ? `: ${reason}` : ""})`);
  });
  return () => {
    say({ id, type: "complete" });
    end("closed", null);
  };
}
