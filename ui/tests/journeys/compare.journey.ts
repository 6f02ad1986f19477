import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hindrances, journey } from "./journey";
import { Project, type RunFacts } from "./penstock";
import type { Stage } from "./stage";

const PICTURE = resolve(import.meta.dirname, "../../../docs/images/page/compare-light.png");

let made: Promise<[RunFacts, RunFacts]> | undefined;

/** Two runs of a pipeline that was changed in between: a task's code, its params, and how long it takes. */
async function runsOf(stage: Stage): Promise<[RunFacts, RunFacts]> {
  return await (made ??= makeRuns(Project.at(stage.folder)));
}

async function makeRuns(project: Project): Promise<[RunFacts, RunFacts]> {
  project.add("growing");
  const before = await project.runs("growing");
  const file = join(project.folder, "pipelines", "growing.py");
  writeFileSync(file, readFileSync(file, "utf8").replace("row % 2 == 0", "row % 5 == 0").replace("@growing.task\ndef told", "@growing.task(timeout=\"2m\")\ndef told"));
  return [before, await project.runs("growing", "-p", "rows=60", "-p", "pause=1.5")];
}

const table = (page: Page, name: string) => page.getByRole("table", { name, exact: true });

journey("two ticked runs side by side: what differs, then all of it; swapped, and by keys", async ({ open, stage }) => {
  const [before, after] = await runsOf(stage);
  const page = await open("/runs?q=pipeline%3Agrowing");
  await table(page, "Runs").getByText("growing").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByRole("link", { name: "Compare" }).click();
  // The older one is the first.
  await page.waitForURL(new RegExp(`/runs/${before.id}/compare/${after.id}`));
  await table(page, "Params").getByRole("row").filter({ hasText: "rows" }).getByText("60").waitFor();
  const source = page.getByRole("region", { name: "Changes of kept" });
  await source.getByText("row % 2 == 0").waitFor();
  await source.getByText("row % 5 == 0").waitFor();
  expect(await source.locator("mark").allInnerTexts()).toEqual(["2", "5"]);
  await page.getByRole("table", { name: "Facts of told" }).getByText("timeout").waitFor();
  const tasks = table(page, "Tasks");
  const slow = tasks.getByRole("row").filter({ hasText: "read" });
  await slow.getByText(/^\+\d+(\.\d+)? s$/).waitFor();
  expect(await tasks.getByText("told").count()).toBe(0);
  await table(page, "Metrics").getByText("12 rows").waitFor();
  expect(await page.getByRole("heading", { name: "Labels" }).count()).toBe(0);
  await page.getByText("Nothing differs in labels").waitFor();
  if (process.env["PENSTOCK_PICTURES"]) await page.screenshot({ path: PICTURE });

  await page.keyboard.press("d");
  await tasks.getByText("told").waitFor();
  expect(new URL(page.url()).searchParams.get("all")).toBe("true");
  await page.keyboard.press("/");
  await page.keyboard.type("kep");
  await expect.poll(async () => await tasks.getByRole("row").count()).toBe(2);
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Two runs compared" }).click();
  await page.keyboard.press("s");
  await page.waitForURL(new RegExp(`/runs/${after.id}/compare/${before.id}`));
  await tasks.getByText("kept").waitFor();

  // A task leads to itself in the run of its side.
  await tasks.getByRole("link").first().click();
  await page.waitForURL(new RegExp(`/runs/${after.id}/workflow\\?task=kept`));
});

journey("a run's head and the palette compare it with the run before; another is chosen by a menu and by keys", async ({ open, stage }) => {
  const [before, after] = await runsOf(stage);
  const page = await open(`/runs/${after.id}/overview`);
  const here = new RegExp(`/runs/${before.id}/compare/${after.id}`);
  await page.getByRole("link", { name: "Compare with the run before" }).click();
  await page.waitForURL(here);
  await page.goBack();
  await page.getByRole("link", { name: "Compare with the run before" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search or jump to" }).fill(stage.runs.orders.id);
  await page.getByRole("option", { name: `Compare this run with ${stage.runs.orders.id}` }).click();
  // Of another pipeline: that is told.
  await page.waitForURL(new RegExp(`/runs/${stage.runs.orders.id}/compare/${after.id}`));
  await page.getByText("These are runs of two pipelines").waitFor();

  await page.getByRole("button", { name: "Choose another run as the second" }).click();
  await page.getByRole("menuitem", { name: before.id }).click();
  await page.waitForURL(new RegExp(`/runs/${stage.runs.orders.id}/compare/${before.id}`));
  const next = page.getByRole("button", { name: "Take the next run of the pipeline as the second" });
  await expect.poll(async () => await next.isEnabled()).toBe(true);
  await page.keyboard.press("]");
  await page.waitForURL(new RegExp(`/runs/${stage.runs.orders.id}/compare/${after.id}`));
});

journey("one run twice, and nothing that differs: each says what to do", async ({ open, stage }) => {
  const { id } = stage.runs.cities;
  const other = await Project.at(stage.folder).runs("cities");
  const page = await open(`/runs/${id}/compare/${id}`);
  await page.getByRole("heading", { name: "This is one run, twice" }).waitFor();
  // Two real runs take their time as chance has it: here the second is told to have gone as the first.
  await page.route(`**/runs/${id}/compare?with=${other.id}`, async (asked) => {
    const found = (await (await asked.fetch()).json()) as Record<string, { first: unknown }[]>;
    const alike = found["tasks"]!.map((pair) => ({ ...pair, second: pair.first }));
    await asked.fulfill({ json: { ...found, tasks: alike } });
  });
  await page.getByRole("button", { name: "Take the next run of the pipeline as the second" }).click();
  await page.waitForURL(new RegExp(`/runs/${id}/compare/${other.id}`));
  await page.getByRole("heading", { name: "Nothing differs" }).waitFor();
  expect(await hindrances(page)).toEqual([]);
  await page.getByRole("button", { name: "Show all" }).click();
  await table(page, "Tasks").getByText("forecast [Lima]").waitFor();
});
