// Relay's runtime, on what its compiler made of `relay/documents.js`: every document goes by its hash first.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ACCOUNT, browser, graphql } from "./site.mjs";

const require = createRequire(import.meta.url);
const {
  Environment,
  Network,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
} = require("relay-runtime");

const artifact = (name) => require(`./made/${name}.graphql.js`);

function relay(call) {
  const texts = require("./made/documents.json");
  const send = async (body) => {
    const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
    const answer = await call(graphql, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.json();
  };
  const network = Network.create(async ({ id }, variables) => {
    const body = { variables, extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
    const answer = await send(body);
    const isUnknown = answer.errors?.[0].extensions.code === "PERSISTED_QUERY_NOT_FOUND";
    return isUnknown ? send({ ...body, query: texts[id] }) : answer;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

test("Relay: it pages both ways, logs in, and shows a thumb at once", async () => {
  const { call, wire } = browser();
  const environment = relay(call);
  const ask = (name, variables) => fetchQuery(environment, artifact(name), variables).toPromise();
  const all = async (first) => {
    const { titles } = await ask("documentsQuery", { first }).then(() => shown({ first }));
    return titles.edges;
  };
  const shown = (variables) => {
    const operation = createOperationDescriptor(artifact("documentsQuery"), variables);
    environment.retain(operation);
    const { data } = environment.lookup(operation.fragment);
    return environment.lookup(getSingularSelector(artifact("documents_titles"), data)).data;
  };
  const names = (edges) => edges.map(({ node }) => node.name);
  const reference = await relayNames(call);

  const first = await all(3);
  assert.deepEqual(names(first), reference.slice(0, 3));
  await ask("documentsPagingQuery", { first: 3, after: first[2].cursor });
  assert.deepEqual(names(shown({ first: 3 }).titles.edges), reference.slice(0, 6));

  const middle = relay(call);
  const inMiddle = { first: 2, after: first[2].cursor };
  const operation = createOperationDescriptor(artifact("documentsQuery"), inMiddle);
  const page = () => {
    const { data } = middle.lookup(operation.fragment);
    return middle.lookup(getSingularSelector(artifact("documents_titles"), data)).data.titles;
  };
  middle.retain(operation);
  await fetchQuery(middle, artifact("documentsQuery"), inMiddle).toPromise();
  const before = page().pageInfo.startCursor ?? page().edges[0].cursor;
  await fetchQuery(middle, artifact("documentsPagingQuery"), { last: 2, before }).toPromise();
  assert.deepEqual(names(page().edges), reference.slice(1, 5));

  const mutate = (name, variables, optimisticResponse) =>
    new Promise((onCompleted, onError) =>
      commitMutation(environment, { mutation: artifact(name), variables, optimisticResponse, onCompleted, onError }),
    );
  const { id } = first[0].node;
  const liked = () => environment.getStore().getSource().get(id).viewerLiked;
  const rate = (like) => {
    const title = { __typename: "Film", id, viewerLiked: like };
    const optimistic = { rateTitle: { title, userErrors: [] } };
    return mutate("documentsRateMutation", { input: { title: id, liked: like } }, optimistic);
  };
  const refused = rate(true);
  assert.equal(liked(), true);
  await assert.rejects(refused);
  assert.equal(liked(), null);

  const { logIn } = await mutate("documentsLogInMutation", { input: ACCOUNT });
  assert.deepEqual(logIn.userErrors, []);
  for (const like of [true, null]) {
    const done = rate(like);
    assert.equal(liked(), like);
    await done;
    assert.equal(liked(), like);
  }
  await all(3); // after an error, everything is asked again
  assert.equal(liked(), null);
  assert.ok(wire.some(({ code }) => code === "PERSISTED_QUERY_NOT_FOUND"));
});

/** The names as a client without a cache reads them. */
async function relayNames(call) {
  const query = "{ titles(first: 6, orderBy: NAME) { nodes { name } } }";
  const headers = { "content-type": "application/json" };
  const answer = await call(graphql, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await answer.json()).data.titles.nodes.map(({ name }) => name);
}
