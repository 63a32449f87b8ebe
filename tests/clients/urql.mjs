// urql with its normalised cache, persisted queries by GET, and retries.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { retryExchange } from "@urql/exchange-retry";
import { ACCOUNT, browser, graphql } from "./site.mjs";

/** No server knows the documents of this run. */
const run = `run${process.pid}${Date.now()}`;
const PAGE = gql`
  query Urql_${run}($first: Int, $after: String) {
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

test("urql: it pages, logs in, shows a thumb at once, and takes it back where that failed", async () => {
  const { call, wire } = browser();
  let isDown = false;
  const client = new Client({
    url: graphql,
    preferGetMethod: false,
    fetch: (...of) => {
      if (!isDown) return call(...of);
      isDown = false;
      return Promise.reject(new TypeError("the network is down"));
    },
    exchanges: [
      cacheExchange({
        resolvers: { Query: { titles: relayPagination() } },
        optimistic: {
          rateTitle: ({ input }) => ({
            __typename: "RateTitlePayload",
            title: { __typename: "Film", id: input.title, viewerLiked: input.liked },
            userErrors: [],
          }),
        },
      }),
      retryExchange({ initialDelayMs: 10, retryIf: ({ networkError }) => Boolean(networkError) }),
      persistedExchange({ preferGetForPersistedQueries: true }),
      fetchExchange,
    ],
  });
  const seen = [];
  const { unsubscribe } = client.query(PAGE, { first: 2 }).subscribe(({ data, error }) => seen.push({ data, error }));
  await client.query(PAGE, { first: 2 }).toPromise();
  const edges = () => seen.at(-1).data.titles.edges;
  const { endCursor } = seen.at(-1).data.titles.pageInfo;
  await client.query(PAGE, { first: 2, after: endCursor }).toPromise();
  assert.equal(new Set(edges().map(({ node }) => node.id)).size, 4);
  assert.deepEqual(
    wire.slice(0, 3).map(({ method, code }) => [method, code]),
    [
      ["GET", "PERSISTED_QUERY_NOT_FOUND"],
      ["GET", undefined], // with its text, as it is short
      ["GET", undefined],
    ],
  );

  const [{ node }] = edges();
  const rate = (liked) => client.mutation(RATE, { input: { title: node.id, liked } }).toPromise();
  const before = seen.length;
  const { error } = await rate(true);
  assert.equal(error.graphQLErrors[0].extensions.code, "UNAUTHENTICATED");
  const thumbs = seen.slice(before).map(({ data }) => data.titles.edges[0].node.viewerLiked);
  assert.deepEqual(thumbs, [true, null]);

  const { data } = await client.mutation(LOG_IN, { input: ACCOUNT }).toPromise();
  assert.deepEqual(data.logIn.userErrors, []);
  for (const liked of [true, null]) {
    isDown = true; // once: it is tried again
    assert.equal((await rate(liked)).error, undefined);
    assert.equal(edges()[0].node.viewerLiked, liked);
  }
  const again = await client.query(PAGE, { first: 2 }, { requestPolicy: "network-only" }).toPromise();
  assert.equal(again.error, undefined);
  unsubscribe();
});
