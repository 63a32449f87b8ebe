// npm test [-- PROGRAM]: builds the client, starts the program on an empty folder, and goes through the site in a
// headless Chromium, as a person does. It fails at the first thing that is not so, and at whatever the console, the
// network or the API complain of on the way. PROGRAM is target/debug/reelgraph if left out; CHROMIUM names the browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { freePort, startProgram } from "./program.mjs";
import { listening, until, Watcher } from "./watcher.mjs";
import { curate } from "./workshop.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
const program = resolve(process.argv[2] ?? join(here, "../../target/debug/reelgraph"));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const PASSWORD = "a few words will do";

// In memory where there is room: the program waits for each write to be on a disk, and nothing here is to last.
const room = process.env.TMPDIR || !existsSync("/dev/shm") ? tmpdir() : "/dev/shm";
const folder = await mkdtemp(join(room, "reelgraph-web."));
const endings = [() => rm(folder, { recursive: true, force: true })];
after(async () => {
  for (const end of endings.reverse()) await end();
});

/** A picture of the page for whoever wants to look at it: SHOTS names a folder. */
async function shoot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
}

test("a person uses the site", { timeout: 480_000 }, async (t) => {
  const [apiPort, webPort] = [await freePort(), await freePort()];
  const web = `http://127.0.0.1:${webPort}`;
  process.env.REELGRAPH = `http://127.0.0.1:${apiPort}`;

  let browser, context, page, watcher;

  /** What follows makes no sense without what comes before: the first step that fails is the last one. */
  const step = async (name, act) => {
    let isDone = false;
    await t.test(name, async () => {
      await act();
      await watcher?.check();
      isDone = true;
    });
    assert.ok(isDone, `stopped where it failed: ${name}`);
  };

  await step("the program starts, and the client is built", async () => {
    const server = startProgram(program, apiPort, web, folder);
    endings.push(server.stop);
    const built = promisify(execFile)("npm", ["run", "build"], { cwd: here }).catch(({ stdout, stderr }) => {
      throw new Error(`the client cannot be built:\n${stdout}${stderr}`);
    });
    await Promise.all([server.ready, built]);
    const site = await preview({
      root: here,
      logLevel: "warn",
      preview: { host: "127.0.0.1", port: webPort, strictPort: true },
    });
    endings.push(() => site.close());

    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
    endings.push(() => browser.close());
    context = await browser.newContext({ viewport: DESKTOP });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(countJumps);
    watcher = new Watcher(context);
    page = await context.newPage();
    page.on("dialog", (dialog) => dialog.accept());
  });

  await step("whoever is not logged in sees what there is, with its posters", async () => {
    await page.goto(web);
    await row(page, "Most watched").getByRole("link", { name: "Forrest Gump" }).waitFor();
    await page.getByRole("region", { name: /^Popular in / }).first().getByRole("link").nth(3).waitFor();
    assert.ok((await drawn(page, ".lead img, .poster img", 6)) >= 6, "posters are drawn");
    await stayed(page);
    await shoot(page, "home_anonymous");
  });

  await step("a film is found, though it is mistyped, and opened", async () => {
    await page.getByRole("link", { name: "Search" }).click();
    await page.getByRole("option", { name: /^Drama \(\d+\)$/ }).waitFor({ state: "attached" });
    await page.getByRole("searchbox").pressSequentially("godfahter", { delay: 30 });
    await page.getByText("3 titles").or(page.getByText("2 titles")).waitFor();
    await shoot(page, "search");
    await page.getByRole("link", { name: "The Godfather 1972" }).click();
    await page.getByRole("heading", { level: 1, name: "The Godfather" }).waitFor();
    await page.getByRole("link", { name: "Al Pacino", exact: true }).waitFor();
    // There are similar ones.
    await row(page, "If you like this").getByRole("listitem").nth(5).waitFor({ state: "attached" });
    assert.ok((await drawn(page, ".title-head img, .title-backdrop img", 2)) === 2, "poster and backdrop are drawn");
    await shoot(page, "film");
  });

  await step("who wants to keep something makes an account, and is told what is wrong where it is", async () => {
    await page.getByRole("button", { name: "Watchlist" }).click();
    await page.getByRole("link", { name: "Make one" }).click();
    await page.getByLabel("E-mail address").fill("ada@example.org");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.locator("input[name=password][aria-invalid=true]").waitFor();
    await shoot(page, "register");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.getByRole("link", { name: "Profile ada" }).waitFor();
    await page.locator(".row").nth(2).getByRole("link").first().waitFor();
    await watcher.check();
    assert.deepEqual(watcher.userErrors.splice(0), [["TOO_SHORT", "password"]]);
  });

  await step("thumbs and the watchlist stay", async () => {
    await find(page, "The Godfather 1972");
    for (const name of ["I like this", "Watchlist"]) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("button", { name, pressed: true }).waitFor();
    }
    await page.reload();
    for (const name of ["I like this", "Watchlist"]) await page.getByRole("button", { name, pressed: true }).waitFor();
    await stayed(page);
  });

  await step("what is played is reported, and shown elsewhere at once", async () => {
    const other = await context.newPage();
    const listens = listening(other, "WatchStateChanged");
    await other.goto(`${web}/title/the-godfather-1972`);
    await other.getByRole("link", { name: "Play" }).waitFor();
    await listens;

    await page.getByRole("link", { name: "Play" }).click();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Kept: 0 %").waitFor();
    await page.getByRole("slider").fill("2100");
    await page.getByText("Kept: 20 %").waitFor();
    await shoot(page, "player");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    await other.getByRole("link", { name: "Resume" }).waitFor();
    await other.close();
    await page.getByRole("link", { name: "Back" }).click();
    await page.getByRole("link", { name: "Resume" }).waitFor();
    await until(async () => {
      await watcher.check();
      return watcher.reports >= 4;
    });
  });

  await step("home goes on with it, and suggests what is like it", async () => {
    await page.getByRole("link", { name: "Reelgraph" }).click();
    const card = row(page, "Continue watching").getByRole("link", { name: "Watch The Godfather" });
    await card.waitFor();
    await card.getByText("left").waitFor();
    await page
      .getByRole("region", { name: /The Godfather/ })
      .first()
      .waitFor();
    await shoot(page, "home");
    await card.click();
    await page.getByText("35:0").first().waitFor();
    await page.getByRole("link", { name: "Back" }).click();
  });

  await step("the watchlist has it, and so has the history until it is deleted there", async () => {
    await page.getByRole("link", { name: "Watchlist" }).click();
    await page.getByRole("link", { name: "The Godfather Added" }).waitFor();
    await shoot(page, "watchlist");
    await page.getByRole("link", { name: "History" }).click();
    await page.locator(".plays").getByText("The Godfather").waitFor();
    await shoot(page, "history");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused:").waitFor();
    await page.getByRole("button", { name: "Go on keeping" }).click();
    await page.getByRole("button", { name: "Delete The Godfather" }).click();
    await page.getByText("Nothing has been watched yet").waitFor();
    await page.getByRole("link", { name: "Reelgraph" }).click();
    await page.locator(".row").first().waitFor();
    // What is in the cache is shown until the answer is there.
    await row(page, "Continue watching").waitFor({ state: "detached" });
  });

  await step("an episode leads to the next one", async () => {
    await find(page, "Dark 2017 · series");
    await page.getByRole("link", { name: "Play episode 2, Lies" }).waitFor();
    await shoot(page, "series");
    await page.getByRole("link", { name: "Play S1 E1" }).click();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("slider").fill("3170");
    await page.getByLabel("Speed").selectOption("60");
    await page.getByText("Watched to the end").waitFor();
    await page.getByRole("link", { name: "Next: S1 E2" }).click();
    await page.getByText("S1 E2 · Lies").waitFor();
    await page.getByRole("link", { name: "Back" }).click();
    await page.getByText("1 of ").waitFor();
  });

  await step("another profile has a home of its own, and who logs out is logged out", async () => {
    await page.getByRole("link", { name: "Profile ada" }).click();
    await page.getByLabel("Name").fill("Kim");
    await page.getByLabel("May watch").selectOption("12");
    await page.getByRole("button", { name: "Add profile" }).click();
    await page.locator(".profiles").getByText("Up to 12").waitFor();
    await shoot(page, "profiles");
    await page.getByRole("button", { name: "Switch" }).click();
    await page.getByRole("link", { name: "Profile Kim" }).click();
    await page.getByText("Watching here").waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("link", { name: "Log in" }).click();
    await logIn(page);
    await row(page, "Next up").getByRole("link", { name: "Watch Dark" }).waitFor();
  });

  await step("who is logged out from elsewhere is told so at once", async () => {
    const elsewhere = await browser.newContext({ viewport: DESKTOP });
    const other = await elsewhere.newPage();
    const listens = listening(other, "SessionRevoked");
    await other.goto(`${web}/log-in`);
    await logIn(other);
    await listens;
    await page.getByRole("link", { name: "Profile ada" }).click();
    await page.getByRole("button", { name: "Log out elsewhere" }).click();
    await page.getByText(/Logged out elsewhere: \d/).waitFor();
    await other.getByText("You were logged out. Log in again.").waitFor();
    await other.getByRole("link", { name: "Log in" }).waitFor();
    await elsewhere.close();
  });

  await step("a limit is said, and goes by", async () => {
    const limited = await browser.newContext({ viewport: DESKTOP });
    const other = await limited.newPage();
    const extensions = { code: "RATE_LIMITED", retryAfter: 7 };
    const json = { data: null, errors: [{ message: "too many requests", extensions }] };
    await other.route("**/graphql", (route) =>
      route.request().postData()?.includes("query AnonymousHome")
        ? route.fulfill({ status: 429, json })
        : route.continue(),
    );
    await other.goto(web);
    await other.getByRole("alert").getByText("try again in 7 s").waitFor();
    await other.unroute("**/graphql");
    await other.getByRole("button", { name: "Try again" }).click();
    await row(other, "Most watched").waitFor();
    await limited.close();
  });

  const api = `http://127.0.0.1:${apiPort}`;
  await curate({
    ...{ step, shoot, browser, viewer: page, web, api, program, folder },
    ...{ desktop: DESKTOP, phone: PHONE },
  });

  await step("on a phone nothing is wider than the screen", async () => {
    await page.setViewportSize(PHONE);
    const tooWide = [];
    const measure = async (name) => {
      await page.waitForLoadState("networkidle");
      await shoot(page, `phone_${name}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > PHONE.width) tooWide.push(`${name}: ${width}`);
    };
    await measure("home");
    for (const name of ["Watchlist", "History", "Profile ada"]) {
      await page.getByRole("link", { name, exact: true }).click();
      await measure(name.split(" ")[0].toLowerCase());
    }
    await find(page, "Dark 2017 · series", () => measure("search"));
    await page.getByRole("link", { name: "Play episode 2, Lies" }).waitFor();
    await measure("series");
    await page.getByRole("link", { name: "Play S1 E2" }).click();
    await page.getByRole("slider").waitFor();
    await measure("player");
    assert.deepEqual(tooWide, []);
    assert.deepEqual(watcher.userErrors, []);
  });
});

const row = (page, heading) => page.getByRole("region", { name: heading, exact: true });

/** Runs in each page, before its own scripts: adds up how far things moved that nobody touched. */
function countJumps() {
  globalThis.jumped = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.jumped += value;
  }).observe({ type: "layout-shift", buffered: true });
}

/** Fails if what the page shows has jumped while it was loaded, by more than what is called good (Core Web Vitals). */
async function stayed(page) {
  const jumped = await page.evaluate(() => globalThis.jumped);
  assert.ok(jumped < 0.1, `the page jumped by ${jumped}`);
}

async function logIn(page) {
  await page.getByLabel("E-mail address").fill("ada@example.org");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("link", { name: "Profile ada" }).waitFor();
}

/** Goes to the title whose link, its name and the line below, is `name`; `before` is done once it is found. */
async function find(page, name, before = async () => {}) {
  await page.getByRole("link", { name: "Search" }).click();
  await page.getByRole("searchbox").fill(name.replace(/ \d{4}.*/, ""));
  await page.getByRole("link", { name, exact: true }).waitFor();
  await before();
  await page.getByRole("link", { name, exact: true }).click();
  await page.waitForFunction((start) => document.title.startsWith(start), `${name.replace(/ \d{4}.*/, "")} · `);
}

/** How many pictures are drawn, of those that can be seen, once there are as many as `least`; fails if one is not. */
async function drawn(page, selector, least) {
  const areDrawn = ({ selector, least }) => {
    const seen = [...document.querySelectorAll(selector)].filter((image) => {
      const { top, bottom, left, right } = image.getBoundingClientRect();
      return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    });
    return seen.length >= least && seen.every((image) => image.complete && image.naturalWidth > 0) && seen.length;
  };
  const seen = await page.waitForFunction(areDrawn, { selector, least });
  return await seen.jsonValue();
}
