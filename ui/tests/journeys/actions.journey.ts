import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { hindrances, journey } from "./journey";
import { Project, type RunFacts } from "./penstock";

/** The run as the server knows it, once it is as it should be. */
async function settled(page: Page, id: string, state: RegExp): Promise<RunFacts & { generation: number; params: Record<string, unknown>; replay_of: string | null }> {
  let found: unknown;
  await expect.poll(async () => {
    found = await (await page.request.get(`/api/v1/runs/${id}`)).json();
    return (found as RunFacts).state;
  }, { timeout: 30_000 }).toMatch(state);
  return found as never;
}

/** Asks for a run of `waits` that goes on until files are there. */
async function begun(page: Page, gate: string, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await page.request.post("/api/v1/runs", { data: { pipeline: "waits", namespace: "shop", params: { gate, ...more } }, headers: { "Sec-Fetch-Site": "same-origin", Origin: new URL(page.url()).origin } });
  expect(answer.status(), await answer.text()).toBeLessThan(300);
  return ((await answer.json()) as RunFacts).id;
}

const head = (page: Page) => page.getByRole("main").locator("header").first();

journey("replay with an edited param: told what runs, and the new run is linked to the old", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const run = await project.runs("waits", "-p", "factor=0");
  expect(run.state).toBe("failed");
  const page = await open(`/runs/${run.id}/overview`, { reducedMotion: "reduce" });
  const panel = page.getByRole("region", { name: "What went wrong" });
  await panel.getByText("the factor is nothing").first().waitFor();
  await panel.getByRole("button", { name: "Replay with edits" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 tasks run").waitFor();
  await dialog.getByText("What 1 task made is taken from this run").waitFor();
  expect(await hindrances(page)).toEqual([]);
  await dialog.getByLabel("factor").fill("no number");
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await dialog.getByText("a whole number is needed").waitFor();
  await dialog.getByLabel("factor").fill("5");
  await dialog.getByText("was 0").waitFor();
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await page.waitForURL((url) => /\/runs\/[0-9a-z]{13}\//.test(url.pathname) && !url.pathname.includes(run.id));
  const replay = await settled(page, new URL(page.url()).pathname.split("/")[2]!, /succeeded/);
  expect([replay.replay_of, replay.params["factor"]]).toEqual([run.id, 5]);
  await page.getByRole("complementary", { name: "About this run" }).getByRole("link", { name: run.id }).click();
  await page.waitForURL(new RegExp(run.id));
});

journey("retry with an edited param: the next generation, told with who and what everywhere", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const run = await project.runs("waits", "-p", "factor=0");
  const page = await open(`/runs/${run.id}/overview`);
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 tasks run").waitFor();
  await dialog.getByRole("button", { name: /Params/ }).click();
  await dialog.getByLabel("factor").fill("7");
  await dialog.getByRole("button", { name: "Retry the run" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(await settled(page, run.id, /succeeded/)).toMatchObject({ generation: 2, params: { factor: 7 } });
  await page.getByText(/generation 2: retried .*with factor 0 → 7/).waitFor();
  await page.goto(`/runs/${run.id}/workflow?task=second`);
  const panel = page.getByRole("complementary", { name: "Task second" });
  await panel.getByText("2 attempts in 2 generations").waitFor();
  await panel.getByRole("button", { name: "Attempt 1 of generation 1" }).click();
  await panel.getByText("the factor is nothing").waitFor();
  await expect.poll(() => new URL(page.url()).search).toContain("generation=1");
});

journey("a run is paused and resumed, and a task of it set to succeeded", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const page = await open("/runs");
  const gate = join(stage.folder, "gate-pause");
  const id = await begun(page, gate);
  await settled(page, id, /running/);
  await page.goto(`/runs/${id}/overview`);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("dialog").getByText("1 task runs now").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Pause the run" }).click();
  await page.getByText(/Paused by/).first().waitFor();
  await settled(page, id, /paused/);
  writeFileSync(`${gate}-first`, "");
  await page.getByRole("table", { name: "Tasks" }).getByRole("row").filter({ hasText: "first" }).getByText("succeeded").waitFor();
  expect((await settled(page, id, /paused/)).state).toBe("paused");
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume the run" }).click();
  await settled(page, id, /running/);
  writeFileSync(`${gate}-third`, "");
  await settled(page, id, /succeeded/);
  await head(page).getByText("succeeded").waitFor();

  await page.goto(`/runs/${id}/workflow?task=third`);
  await page.getByRole("button", { name: "Set state" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "failed" }).check();
  await dialog.getByRole("button", { name: "Set to failed" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("complementary", { name: "Task third" }).getByText("failed").first().waitFor();
});

describe("many at once", () => {
  journey("ticked runs are retried and deleted; what became of each is told", async ({ open, stage }) => {
    const project = Project.at(stage.folder);
    project.add("waits");
    const failed = [await project.runs("waits", "-p", "factor=0", "--label", "bulk=yes"), await project.runs("waits", "-p", "factor=0", "--label", "bulk=yes")];
    const well = await project.runs("waits", "--label", "bulk=yes");
    const page = await open("/runs?q=label%3Abulk%3Dyes", { reducedMotion: "reduce" });
    await page.getByRole("table", { name: "Runs" }).getByText(well.id).waitFor();
    await page.getByRole("checkbox", { name: "Tick all that are shown" }).check();
    const bar = page.getByRole("toolbar", { name: "Ticked runs" });
    await bar.getByRole("button", { name: "Retry…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Retry 2 runs?").waitFor();
    await dialog.getByText(/nothing of it failed/).waitFor();
    expect(await hindrances(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Retry 2 runs" }).click();
    await dialog.getByText(/2 run again/).waitFor();
    for (const { id } of failed) await dialog.getByRole("link", { name: id }).waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    for (const { id } of failed) expect((await settled(page, id, /failed/)).generation).toBe(2);

    await bar.getByRole("button", { name: "More for the ticked runs" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialog.getByRole("button", { name: "Delete 3 runs" }).click();
    await dialog.getByText(/3 deleted/).waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("No run matches this filter").waitFor();
  });

  journey("all that go on are cancelled, without ticking any", async ({ open, stage }) => {
    const project = Project.at(stage.folder);
    project.add("waits");
    const page = await open("/runs?q=pipeline%3Awaits");
    const ids = [await begun(page, join(stage.folder, "gate-never")), await begun(page, join(stage.folder, "gate-never"))];
    for (const id of ids) await settled(page, id, /running/);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or jump to" }).fill("cancel all");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Cancel 2 runs" }).click();
    await dialog.getByText(/2 are being cancelled/).waitFor();
    for (const id of ids) await settled(page, id, /cancelled/);
  });
});

journey("a bar of the Gantt has a menu; what can't be done says why", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.broken.id}/gantt`, { reducedMotion: "reduce" });
  const names = page.getByRole("tree", { name: "Tasks in the order of the chart" });
  await names.getByRole("treeitem", { name: /cheapest/ }).click({ button: "right" });
  const menu = page.getByRole("menu");
  await menu.getByText(/parsed before it has no usable output, it failed/).waitFor();
  expect(await hindrances(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await names.getByRole("treeitem", { name: /parsed/ }).click({ button: "right" });
  await menu.getByRole("menuitem", { name: "Retry from here…" }).click();
  await page.getByRole("dialog").getByText("2 tasks run").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
  await names.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+F10");
  await menu.getByRole("menuitem", { name: "Log", exact: true }).click();
  await page.waitForURL(/\/logs\?.*task=prices/);
});

journey("the failure panel: a part of the time by dragging, and all tasks meanwhile", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.broken.id}/overview`, { reducedMotion: "reduce" });
  const panel = page.getByRole("region", { name: "What went wrong" });
  const lines = panel.getByRole("log");
  await lines.getByText("no price for pear").first().waitFor();
  const { x, y, width, height } = (await panel.getByRole("slider", { name: /Lines over time/ }).boundingBox())!;
  await page.mouse.move(x + width * 0.999, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 3 });
  await page.mouse.up();
  await expect.poll(async () => await lines.getByText("reading the price of apple").count()).toBe(0);
  await lines.getByText("no price for pear").first().waitFor();
  await panel.getByRole("button", { name: "All times" }).click();
  await lines.getByText("reading the price of apple").waitFor();
  await panel.getByRole("button", { name: "all tasks meanwhile" }).click();
  await lines.locator(".pn-log-task").first().waitFor();
});
