// What else a curator does in the workshop: stops a load, edits a person and an episode, and makes two one that are the
// same, and two of one again.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./watcher.mjs";

/** Who and what is there twice. */
const TWICE = [
  { kind: "person", slug: "al-pacino-2", name: "AL PACINO" },
  {
    kind: "film",
    slug: "heat-copy",
    title: "Heat",
    year: 1995,
    directors: ["Michael Mann"],
    cast: [{ person: "al-pacino-2", character: "Hanna" }, "Robert De Niro"],
  },
];

export async function tend({ act, shoot, page, web, folder, run, begin, field, region, revisions }) {
  const said = (text) => page.getByRole("status").getByText(text);

  await act("what a load has changed is a click away, and one that runs is stopped", async () => {
    await page.goto(`${web}/workshop/jobs`);
    await page.getByRole("link", { name: /^Revisions of Load of .*heat\.ndjson$/ }).click();
    await page.getByRole("button", { name: /^Of one run/ }).waitFor();
    await revisions(page).first().getByText("by a command").waitFor();

    const load = begin(["load", "-"]);
    try {
      await page.getByRole("link", { name: "Jobs", exact: true }).click();
      const progress = page.getByRole("progressbar", { name: "Load of -" });
      await until(async () => {
        await page.getByRole("button", { name: "Look for new loads and scans" }).click();
        return (await progress.count()) === 1;
      });
      await shoot(page, "workshop_jobs");
      await page.getByRole("button", { name: "Cancel Load of -" }).click();
      await page.getByText("Stopped by a curator; what was done by then stays.").waitFor();
      assert.equal(await load.ended, 3);
    } finally {
      load.kill();
    }
    await field("State of loads and scans").selectOption("CANCELLED");
    await until(async () => (await page.locator(".jobs .state").allTextContents()).join() === "Cancelled");
  });

  await act("a title lists its files, and each leads to where it is decided", async () => {
    await page.goto(`${web}/title/heat-1995`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await region("Files").getByRole("link", { name: "Film/Heat (1995)/Heat (1995).mkv" }).click();
    await page.getByText("1 file", { exact: true }).waitFor();
    await page.locator(".file").getByRole("link", { name: "Heat (1995)", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Heat" }).waitFor();
  });

  await act("a person is edited, and a revision leads to the form", async () => {
    await page.goto(`${web}/person/al-pacino`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await page.getByRole("heading", { level: 1, name: "Al Pacino" }).waitFor();
    await field("Place of birth").fill("East Harlem");
    await field("Biography").fill("An actor of New York.");
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").locator("ins", { hasText: "East Harlem" }).waitFor();
    await shoot(page, "workshop_person");
    await page.getByRole("button", { name: "Save" }).click();
    await region("Saved").waitFor();
    await page.getByRole("button", { name: "Lock Place of birth", pressed: true }).waitFor();
    await page.getByRole("link", { name: "Revisions", exact: true }).click();
    await revisions(page).first().getByRole("link", { name: "Al Pacino", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Al Pacino" }).waitFor();
    assert.equal(await field("Biography").inputValue(), "An actor of New York.");
  });

  await act("an episode is found by its season, and edited", async () => {
    await page.goto(`${web}/title/dark-2017`);
    await page.getByRole("link", { name: "Edit in the workshop" }).click();
    await field("Season").selectOption({ label: "Season 2" });
    await page.getByRole("link", { name: /^S2 E1 / }).waitFor();
    await shoot(page, "workshop_episodes");
    await page.getByRole("link", { name: /^S2 E2 / }).click();
    await page.getByRole("heading", { level: 1, name: /^S2 E2 / }).waitFor();
    await field("Length in minutes").fill("61");
    await page.getByRole("button", { name: "Add to Guests" }).click();
    await field("Guests, 1: Name").fill("Somebody New");
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").locator("ins", { hasText: "61" }).waitFor();
    await region("Preview").locator("ins", { hasText: "Somebody New" }).waitFor();
    await shoot(page, "workshop_episode");
    await page.getByRole("button", { name: "Save" }).click();
    await region("Saved").getByRole("button", { name: "Undo" }).click();
    await said("1 change was taken back.").waitFor();
    await until(async () => (await field("Guests, 1: Name").count()) === 0);
    await page.getByRole("link", { name: /^S2 E3/ }).click();
    await page.getByRole("heading", { level: 1, name: /^S2 E3 / }).waitFor();
  });

  await act("two titles become one after a look at what that does, and are taken apart again", async () => {
    const file = join(folder, "twice.ndjson");
    await writeFile(file, TWICE.map((record) => JSON.stringify(record)).join("\n"));
    await run(["load", file]);
    await openPair(/^Merge .*heat-copy/);
    await page.getByRole("radio", { name: /heat-1995/ }).check();
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").getByText("heat-copy would go, and heat-1995 stand for it").waitFor();
    await shoot(page, "workshop_merge");
    await page.getByRole("button", { name: "Merge them" }).click();
    await region("Merged").getByRole("link", { name: "What it changed" }).click();
    await page.getByRole("button", { name: /^Take .* apart again$/ }).click();
    await shoot(page, "workshop_apart");
    await region(/^What taking .* apart would do$/).getByRole("button", { name: "Do it" }).click();
    await said("They are taken apart again.").waitFor();
    await page.goto(`${web}/title/heat-copy`);
    await page.getByRole("link", { name: "AL PACINO", exact: true }).waitFor();
  });

  await act("two people become one with their credits, and one click undoes it", async () => {
    await openPair(/^Merge .*al-pacino-2/);
    await page.getByRole("radio", { name: /al-pacino$/ }).check();
    await page.getByRole("button", { name: "Preview" }).click();
    await region("Preview").getByText("Credits of 1 title with it.").waitFor();
    await page.getByRole("button", { name: "Merge them" }).click();
    const merged = region("Merged");
    await merged.waitFor();
    const other = await page.context().newPage();
    await other.goto(`${web}/title/heat-copy`);
    await other.getByRole("link", { name: "Al Pacino", exact: true }).waitFor();
    await other.close();
    await merged.getByRole("button", { name: "Undo" }).click();
    await said("They are taken apart again.").waitFor();
    await page.getByRole("radio", { name: /al-pacino-2$/ }).waitFor();
    await page.goto(`${web}/title/heat-copy`);
    await page.getByRole("link", { name: "AL PACINO", exact: true }).waitFor();
  });

  /** Opens the page on which a pair that is likely the same is made one. */
  async function openPair(name) {
    await page.goto(`${web}/workshop/likely`);
    const link = page.getByRole("link", { name });
    await until(async () => {
      await page.getByRole("heading", { level: 2, name: "People" }).waitFor();
      await page.waitForLoadState("networkidle");
      if ((await link.count()) > 0) return true;
      await page.reload();
      return false;
    });
    await link.first().click();
    await page.getByRole("heading", { level: 1, name: /^Merge two / }).waitFor();
  }
}
