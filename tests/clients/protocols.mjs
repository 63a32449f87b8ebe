// The protocols by the suites and clients of who wrote them down: GraphQL over HTTP, WebSockets, streams of events.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { createClient as streams } from "graphql-sse";
import { createClient as sockets } from "graphql-ws";
import WebSocket from "ws";
import { ask, graphql, idOf, loggedIn, site, within } from "./site.mjs";

const HEAT = "{ film(slug: \"heat-1995\") { name } }";
const STATES = "subscription { watchStateChanged { item { id } state { position } } }";
const CATALOGUE = "subscription { catalogueChanged { hasMore } }";
const PROTOCOL = "graphql-transport-ws";
const live = graphql.replace("http", "ws");

test("graphql-http: every audit", async (t) => {
  const audits = serverAudits({ url: graphql });
  assert.ok(audits.length >= 61, `${audits.length} audits`);
  for (const audit of audits) {
    await t.test(audit.name, async () => {
      const { status, reason } = await audit.fn();
      assert.equal(status, "ok", reason);
    });
  }
});

/** Jumps to another place of a film, which its subscribers are told of. */
async function jump(item, headers, position) {
  const input = { item, play: crypto.randomUUID(), event: "SEEK", position };
  const report = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { userErrors { code } } }";
  const { data } = await ask(report, { input }, headers);
  assert.deepEqual(data.reportPlayback.userErrors, []);
}

/** Where the last jump led; each leads elsewhere. */
let position = 1200;

/** A subscription is told of a jump, and ends when it is left; a query is answered once; what is invalid is an error. */
async function answers(client) {
  const headers = await loggedIn();
  const item = await idOf("heat-1995");
  const states = client(headers).iterate({ query: STATES });
  let isTold = false;
  const told = states.next().finally(() => (isTold = true));
  told.catch(() => {});
  // No client says when a subscription has begun.
  const jumping = poll(async () => isTold || (await jump(item, headers, (position += 5)), false), 300);
  const { value } = await within("the jump", told);
  await jumping;
  assert.equal(value.data.watchStateChanged.item.id, item);
  const { state } = value.data.watchStateChanged;
  assert.ok(state.position > 1200 && state.position <= position, `${state.position}`);
  assert.equal((await states.return()).done, true);

  const query = client(headers).iterate({ query: HEAT });
  assert.deepEqual((await within("the answer", query.next())).value, { data: { film: { name: "Heat" } } });
  assert.equal((await within("its end", query.next())).done, true);

  const invalid = client(headers).iterate({ query: "{ nothing }" });
  const said = await within("the error", invalid.next()).then(({ value }) => value.errors, (error) => error);
  assert.equal(said[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
}

for (const lazy of [true, false]) {
  test(`graphql-ws: its client, ${lazy ? "which closes when nothing is left to do" : "which stays"}`, async (t) => {
    // One that closes normally and is not answered takes that for a fault, and throws it where nobody catches it.
    const codes = [];
    const on = { closed: ({ code }) => codes.push(code) };
    const settings = { url: live, webSocketImpl: WebSocket, lazy, retryAttempts: 0, on };
    let client;
    t.after(() => client?.dispose());
    await answers((connectionParams) => (client ??= sockets({ ...settings, connectionParams })));
    await client.dispose();
    await until(() => codes.length > 0);
    assert.deepEqual([...new Set(codes)], [1000]);
  });
}

for (const singleConnection of [false, true]) {
  test(`graphql-sse: its client, with ${singleConnection ? "one connection" : "one connection each"}`, async (t) => {
    const url = singleConnection ? `${graphql}/stream` : graphql;
    let client;
    t.after(() => client?.dispose());
    await answers((headers) => (client ??= streams({ url, singleConnection, headers, retryAttempts: 0 })));
  });
}

async function until(holds) {
  await within("what is waited for", poll(holds));
}

async function poll(holds, every = 20) {
  while (!(await holds())) await new Promise((done) => setTimeout(done, every));
}

/** A WebSocket without a client, and what it says at once. */
function say(...messages) {
  const socket = new WebSocket(live, PROTOCOL);
  socket.on("open", () => messages.forEach((message) => socket.send(JSON.stringify(message))));
  return once(socket, "close").then(([code]) => code);
}

test("a WebSocket is closed with the codes of the protocol", async () => {
  const init = { type: "connection_init" };
  const subscribe = { type: "subscribe", id: "1", payload: { query: CATALOGUE } };
  const stranger = { type: "connection_init", payload: { authorization: "Bearer nobody's" } };
  const closed = [say({ type: "start" }), say(subscribe), say(stranger), say(), say(init, subscribe, subscribe)];
  const codes = await Promise.all([...closed, say(init, init)]);
  assert.deepEqual(codes, [4400, 4401, 4401, 4408, 4409, 4429]);
});

test("pages of other origins open no WebSocket, and those of this machine do", async () => {
  for (const [origin, status] of [
    ["https://evil.example", 403],
    ["null", 403],
    ["http://127.0.0.1.evil.example", 403],
    ["http://localhost:5173", 101],
    [site, 101],
  ]) {
    const socket = new WebSocket(live, PROTOCOL, { origin });
    const answered = await new Promise((done) => {
      socket.on("open", () => done(101));
      socket.on("unexpected-response", (_, answer) => done(answer.statusCode));
    });
    assert.equal(answered, status, origin);
    socket.on("error", () => {}).terminate();
  }
});
