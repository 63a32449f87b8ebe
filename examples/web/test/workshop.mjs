// What a curator does in the workshop: edits with a preview, meets a change that came meanwhile, takes things back, sees
// a lock hold against a load, edits many titles together, decides what files are, and follows a job; the rest is in
// tending.mjs.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beginProgram, runProgram } from "./program.mjs";
import { tend } from "./tending.mjs";
import { until, Watcher } from "./watcher.mjs";

const EMAIL = "curator@example.org";
const PASSWORD = "a few words will do";
const FILES = [
  "Film/Heat (1995)/Heat (1995).mkv",
  "Film/Solaris.mkv",
  "Film/A Film That Is Nowhere (2001).mkv",
];
/** What a load says of the film otherwise than the curator. */
const RECORD = { slug: "heat-1995", title: "Heat", year: 1995, tags: ["loud"], tagline: "From a file" };
/** As Letterboxd exports it. */
const DIARY = `Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-03-05,Heat,1995,https://boxd.it/1,,,,2024-02-29
`;

/** `step` is a part of the test; `viewer` a page of somebody who is no curator. */
export async function curate({ step, shoot, browser, viewer, web, api, program, folder, desktop, phone }) {
  let context, page, watcher;
  const act = (name, does) =>
    step(name, async () => {
      await does();
      await watcher.check();
    });
  const run = (command, input) => runProgram(program, folder, command, input);
  const field = (name) => page.getByLabel(name, { exact: true });
  const region = (name) => page.getByRole("region", { name });

  await act("the workshop is for curators, and one logs in", async () => {
    await run(["users", "create", "--email", EMAIL, "--role", "curator", "--password-stdin"], `${PASSWORD}\n`);
    context = await browser.newContext({ viewport: desktop });
    context.setDefaultTimeout(30_000);
    watcher = new Watcher(context);

    const other = await viewer.context().newPage();
    await other.goto(`${web}/workshop`);
    await other.getByText("this account is of a viewer").waitFor();
    assert.equal(await other.getByRole("link", { name: "Workshop", exact: true }).count(), 0);
    await other.close();

    page = await context.newPage();
    await page.goto(`${web}/log-in`);
    await page.getByLabel("E-mail address").fill(EMAIL);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("link", { name: "Workshop", exact: true }).click();
    await page.getByRole("link", { name: /No poster$/ }).waitFor();
    await shoot(page, "workshop");
  });

  await act("a title is edited after a look at what would change, and locked with it", async () => {
    await page.goto(`${web}/title/heat-1995`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await page.getByRole("heading", { level: 1, name: "Heat" }).waitFor();
    await page.getByRole("button", { name: "Lock Tags", pressed: false }).waitFor();
    await field("Tags").fill("heist");
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").locator("ins", { hasText: "heist" }).first().waitFor();
    await shoot(page, "workshop_preview");
    await page.getByRole("button", { name: "Save" }).click();
    await region("Saved").waitFor();
    await page.getByRole("button", { name: "Lock Tags", pressed: true }).waitFor();
    await revisions(page).first().getByText("by curator").waitFor();
  });

  await act("what is locked holds against a load, and the rest is as the file says", async () => {
    const file = join(folder, "heat.ndjson");
    await writeFile(file, JSON.stringify(RECORD));
    await run(["load", file]);
    await until(async () => {
      await page.reload();
      return (await field("Tagline").inputValue()) === RECORD.tagline;
    });
    assert.equal(await field("Tags").inputValue(), "heist");
    await revisions(page).first().getByText("by a command").waitFor();
  });

  await act("whoever is late sees what was changed meanwhile, and may keep what they typed", async () => {
    await field("Original name").fill("Heat!");
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByLabel("Studios", { exact: true }).fill("Forward Pass");
    await other.getByRole("button", { name: "Preview" }).click();
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByRole("region", { name: "Saved" }).waitFor();
    await other.close();

    await page.getByRole("button", { name: "Preview" }).click();
    const meanwhile = page.getByRole("alert", { name: "Changed meanwhile" });
    await meanwhile.locator("ins", { hasText: "Forward Pass" }).waitFor();
    await shoot(page, "workshop_stale");
    await meanwhile.getByRole("button", { name: "Keep what I typed" }).click();
    await meanwhile.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").locator("ins", { hasText: "Heat!" }).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await region("Saved").waitFor();
    await until(async () => (await field("Studios").inputValue()) === "Forward Pass");
    await until(async () => (await field("Original name").inputValue()) === "Heat!");
  });

  await act("a revision is taken back after a look at what that does", async () => {
    const latest = revisions(page).first();
    await latest.locator("ins", { hasText: "Heat!" }).waitFor();
    await latest.getByRole("button", { name: /^Take back/ }).click();
    await region(/^What taking back/).locator("del", { hasText: "Heat!" }).waitFor();
    await page.getByRole("button", { name: "Do it" }).click();
    await page.getByText("1 change was taken back.").waitFor();
    await until(async () => (await field("Original name").inputValue()) === "Heat");
    await revisions(page).first().getByRole("link", { name: /^Revert/ }).waitFor();
  });

  await act("the form has what is said in a language itself, also where a name is like the site's own", async () => {
    await page.getByLabel("Language of the texts").selectOption("de");
    const name = field("Name in this language");
    await until(async () => (await field("Tagline").inputValue()) === "");
    assert.equal(await name.inputValue(), "");
    await name.fill("Heat");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await region("Saved").waitFor();
    await page.reload();
    await until(async () => (await name.inputValue()) === "Heat");
    assert.equal(await field("Tagline").inputValue(), "");
  });

  await act("many titles are edited together, just as it was shown, and one click undoes it", async () => {
    await page.getByRole("link", { name: "Workshop", exact: true }).click();
    await page.getByRole("link", { name: /No poster$/ }).click();
    await page.locator(".listed li").first().waitFor();
    await page.getByLabel("All kinds").selectOption("SERIES");
    await page.locator(".listed .hint", { hasText: "Film" }).first().waitFor({ state: "detached" });
    await field("Tags").fill("rewatch");
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").getByRole("heading", { name: /^\d+ of \d+ titles would be other than now\.$/ }).waitFor();
    await region("Preview").getByRole("link", { name: "Dark", exact: true }).waitFor();
    await shoot(page, "workshop_bulk");
    await page.getByRole("button", { name: "Apply" }).click();
    await region("Done").getByRole("button", { name: "Undo" }).click();
    await page.getByText(/^\d+ changes were taken back\.$/).waitFor();
    await page.getByRole("link", { name: "Revisions", exact: true }).click();
    await page.getByLabel("By what it was changed").selectOption("REVERT");
    await field("Field").selectOption("tags");
    await revisions(page).first().locator("del", { hasText: "rewatch" }).waitFor();
    await shoot(page, "workshop_revisions");
  });

  await act("files wait for somebody who says what they are, which can be taken back", async () => {
    const library = join(folder, "library");
    for (const path of FILES) {
      const place = join(library, path);
      await mkdir(dirname(place), { recursive: true });
      // Each is a video by its first bytes, and like no other.
      await writeFile(place, Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.from(path)]));
    }
    await run(["scan", library, "--apply"]);
    await page.getByRole("link", { name: "Files", exact: true }).click();
    await page.getByText("3 files").waitFor();
    await shoot(page, "workshop_files");

    await field("State").selectOption("AMBIGUOUS");
    await page.getByRole("button", { name: "Solaris.mkv is Solaris (1972)" }).click();
    await page.getByText("Nothing here.").waitFor();
    await field("State").selectOption("MATCHED");
    await page.getByRole("button", { name: "History of Solaris.mkv" }).click();
    await page.getByRole("list", { name: "History" }).getByText(": decided").waitFor();
    const undecide = page.getByRole("button", { name: "Take back what was decided of Solaris.mkv" });
    await undecide.click();
    await undecide.waitFor({ state: "detached" });

    await field("State").selectOption("UNMATCHED");
    await page.getByRole("button", { name: /^Say what A Film That Is Nowhere/ }).click();
    await field("Film or series that it is").fill("dark");
    await page.getByRole("button", { name: /^Dark 2017/ }).click();
    await page.getByRole("button", { name: "Dark as a whole" }).click();
    await page.getByText("Nothing here.").waitFor();
    await field("State").selectOption("");
    await field("At this path or below it").fill(`${library}/Film/Heat (1995)`);
    await page.getByRole("button", { name: "Look there" }).click();
    await page.getByText("1 file", { exact: true }).waitFor();
  });

  await act("a job is followed to its end", async () => {
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByText("worked on nothing").waitFor();
    const sent = await context.request.post(`${api}/imports?name=diary.csv`, { data: DIARY });
    assert.equal(sent.status(), 201);
    const { id } = await sent.json();
    const query = "mutation ($import: ID!) { startImport(input: { import: $import }) { userErrors { code } } }";
    const begun = await context.request.post(`${api}/graphql`, { data: { query, variables: { import: id } } });
    assert.deepEqual((await begun.json()).data, { startImport: { userErrors: [] } });
    await page.getByRole("button", { name: "Look for new ones" }).click();
    await page.getByRole("progressbar", { name: "Import of diary.csv" }).waitFor();
    await page.getByText("Succeeded").waitFor();
  });

  const begin = (command) => beginProgram(program, folder, command);
  await tend({ act, shoot, page, web, folder, run, begin, field, region, revisions });

  await act("on a phone no page of the workshop is wider than the screen", async () => {
    await page.setViewportSize(phone);
    const tooWide = [];
    for (const path of ["", "/titles", "/files", "/likely", "/revisions", "/jobs"]) {
      await page.goto(`${web}/workshop${path}`);
      await measure(path.slice(1) || "overview");
    }
    await page.goto(`${web}/title/heat-1995`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await field("Tags").waitFor();
    await measure("form");
    await page.goto(`${web}/title/dark-2017`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await page.locator(".episode-list a").first().click();
    await page.getByRole("link", { name: "As viewers see it" }).waitFor();
    await measure("episode");
    await page.goto(`${web}/person/al-pacino`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await page.getByRole("link", { name: "As viewers see them" }).waitFor();
    await measure("person");
    await page.goto(`${web}/workshop/likely`);
    await page.getByRole("link", { name: /^Merge / }).first().click();
    await page.getByRole("button", { name: "Preview" }).waitFor();
    await measure("merge");
    assert.deepEqual(tooWide, []);
    assert.deepEqual(watcher.userErrors, []);
    await context.close();

    async function measure(name) {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await shoot(page, `phone_workshop_${name}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > phone.width) tooWide.push(`${name}: ${width}`);
    }
  });
}

const revisions = (page) => page.locator(".revisions > li");
