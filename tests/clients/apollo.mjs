// Apollo Client with persisted queries by hash and GET, client awareness, retries and Relay's pagination in its cache.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { RetryLink } from "@apollo/client/link/retry";
import { relayStylePagination } from "@apollo/client/utilities";
import { ACCOUNT, browser, graphql } from "./site.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
/** No server knows the documents of this run. */
const run = `run${process.pid}${Date.now()}`;
const PAGE = gql`
  query Page_${run}($first: Int, $after: String) {
    titles(first: $first, after: $after, orderBy: NAME) {
      edges { node { id name viewerLiked } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const LOG_IN = gql`
  mutation LogIn($input: LogInInput!) { logIn(input: $input) { viewer { id } userErrors { code field } } }
`;
const RATE = gql`
  mutation Rate($input: RateTitleInput!) {
    rateTitle(input: $input) { title { id viewerLiked } userErrors { code field } }
  }
`;

function apollo(call) {
  const links = [
    new RetryLink({ delay: { initial: 10 }, attempts: { max: 3 } }),
    new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
    new HttpLink({ uri: graphql, fetch: call, credentials: "include" }),
  ];
  return new ApolloClient({
    link: ApolloLink.from(links),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { titles: relayStylePagination() } } } }),
    clientAwareness: { name: "shop-window", version: "1.2.3" },
  });
}

test("Apollo: a hash is asked for by GET, its text sent once, and the answer kept by its tag", async () => {
  const { call, wire } = browser();
  const variables = { first: 2 };
  await apollo(call).query({ query: PAGE, variables });
  assert.deepEqual(
    wire.map(({ method, code }) => [method, code]),
    [
      ["GET", "PERSISTED_QUERY_NOT_FOUND"],
      ["POST", undefined],
    ],
  );
  assert.equal(wire[0].headers.get("apollographql-client-name"), "shop-window");

  // Somebody else, with another cache.
  const { data } = await apollo(call).query({ query: PAGE, variables });
  assert.equal(data.titles.edges.length, 2);
  const [, , { method, answer, address }] = wire;
  assert.equal(method, "GET");
  assert.match(answer.headers.get("cache-control"), /^public, max-age=\d+/);
  const headers = { "if-none-match": answer.headers.get("etag"), accept: wire[2].headers.get("accept") };
  assert.equal((await fetch(address, { headers })).status, 304);
});

test("Apollo: it pages, logs in, shows a thumb at once, and takes it back where that failed", async () => {
  const { call, wire } = browser();
  let isDown = false;
  const client = apollo((...of) => {
    if (!isDown) return call(...of);
    isDown = false;
    return Promise.reject(new TypeError("the network is down"));
  });
  const page = client.watchQuery({ query: PAGE, variables: { first: 2 } });
  const watching = page.subscribe(() => {});
  const titles = () => client.readQuery({ query: PAGE, variables: { first: 2 } }, true).titles;
  const shown = () => titles().edges.map(({ node }) => node);
  await client.query({ query: PAGE, variables: { first: 2 } });
  await page.fetchMore({ variables: { after: titles().pageInfo.endCursor } });
  assert.equal(new Set(shown().map(({ id }) => id)).size, 4);

  const [{ id }] = shown();
  const rate = (liked, optimisticResponse) =>
    client.mutate({ mutation: RATE, variables: { input: { title: id, liked } }, optimisticResponse });
  const thumb = (viewerLiked) => ({
    rateTitle: {
      __typename: "RateTitlePayload",
      title: { __typename: "Film", id, viewerLiked },
      userErrors: [],
    },
  });
  const refused = rate(true, thumb(true));
  assert.equal(shown()[0].viewerLiked, true);
  await assert.rejects(refused, (error) => error.errors[0].extensions.code === "UNAUTHENTICATED");
  assert.equal(shown()[0].viewerLiked, null);

  await client.mutate({ mutation: LOG_IN, variables: { input: ACCOUNT } });
  for (const liked of [true, null]) {
    isDown = true; // once: the link tries again
    await rate(liked, thumb(liked));
    assert.equal(shown()[0].viewerLiked, liked);
  }
  await page.refetch();
  assert.equal(shown()[0].viewerLiked, null);
  assert.deepEqual([...new Set(wire.map(({ answer }) => answer.status))], [200]);
  watching.unsubscribe();
  client.stop();
});
