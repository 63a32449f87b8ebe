// Listens to all pages of a browser for what a person does not see: errors in the console, of the network and of the API.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 60_000;

/** Asks again until it is so: what another process has written is there within a second. */
export async function until(isSo) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, "it was not so in time");
    await sleep(100);
  }
}

/**
 * Until a page has asked to be told of something as it happens, by the name of the subscription: it is not told of what
 * was before. To be called before the page is opened.
 */
export async function listening(page, subscription) {
  let isAsked = false;
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => (isAsked ||= String(payload).includes(subscription))),
  );
  await until(() => isAsked);
}

export class Watcher {
  /** What went wrong and was not expected. */
  faults = [];
  /** Codes and fields of the `userErrors` that came, in order. */
  userErrors = [];
  /** How many reports of the player were acknowledged. */
  reports = 0;
  #reading = [];

  constructor(context) {
    context.on("weberror", (error) => this.faults.push(`the page failed: ${error.error().message}`));
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.faults.push(`the console says: ${message.text()}`);
    });
    context.on("requestfailed", (request) => {
      const { errorText } = request.failure();
      // The page itself gives up what it has left: urql ends the queries of a page that is shown no more.
      if (errorText !== "net::ERR_ABORTED") this.faults.push(`${request.url()} failed: ${errorText}`);
    });
    context.on("response", (response) => {
      if (response.status() >= 400) this.faults.push(`${response.url()} answered ${response.status()}`);
      if (new URL(response.url()).pathname === "/graphql" && response.status() === 200)
        this.#reading.push(this.#read(response));
    });
  }

  /** Fails if anything was wrong since the page was opened. */
  async check() {
    await Promise.all(this.#reading.splice(0));
    assert.deepEqual(this.faults, []);
  }

  async #read(response) {
    const body = await response.body().catch(() => null);
    if (!body) return; // the page gave it up, or was left
    const { errors, data } = JSON.parse(body.toString());
    for (const { message } of errors ?? []) this.faults.push(`the API says: ${message}`);
    for (const payload of Object.values(data ?? {})) {
      for (const { code, field } of payload?.userErrors ?? []) this.userErrors.push([code, field?.at(-1) ?? null]);
      if (payload?.recorded === true) this.reports += 1;
    }
  }
}
