import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { begun, fromMenu, head, idOf, known, settled, type SettledRun } from "./asking";
import { hindrances, journey } from "./journey";
import { Project } from "./penstock";

/** A run whose second task failed. */
async function failed(page: Page): Promise<SettledRun> {
  await known(page, "waits");
  return await settled(page, await begun(page, "waits", { factor: 0 }), /failed/);
}

journey("replay with an edited param: told what runs, and the new run is linked to the old", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs", { reducedMotion: "reduce" });
  const run = await failed(page);
  await page.goto(`/runs/${run.id}/overview`);
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
  const replay = await settled(page, await idOf(page, run.id), /succeeded/);
  expect([replay.replay_of, replay.params["factor"]]).toEqual([run.id, 5]);
  await page.getByRole("complementary", { name: "About this run" }).getByRole("link", { name: run.id }).click();
  await page.waitForURL(new RegExp(run.id));
});

journey("retry with an edited param: the next generation, told with who and what everywhere", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs");
  const run = await failed(page);
  await page.goto(`/runs/${run.id}/overview`);
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
  await known(page, "waits");
  const id = await begun(page, "waits", { gate });
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
  // A task that has not begun is taken for done while the run rests.
  await page.goto(`/runs/${id}/workflow?task=second`);
  await page.getByRole("button", { name: "Set state" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "succeeded" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Set to succeeded" }).click();
  await page.getByRole("complementary", { name: "Task second" }).getByText("succeeded (user)").first().waitFor();
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

journey("from its head a run is cancelled, set to another state, replayed, labelled and deleted", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs");
  await known(page, "waits");
  const gate = join(stage.folder, "gate-head");
  const id = await begun(page, "waits", { gate });
  await settled(page, id, /running/);
  await page.goto(`/runs/${id}/logs`);
  const dialog = page.getByRole("dialog");
  await head(page).getByRole("button", { name: "Cancel", exact: true }).click();
  await dialog.getByText("1 task runs now").waitFor();
  await dialog.getByRole("button", { name: "Cancel the run" }).click();
  await head(page).getByText("cancelled").waitFor();

  await fromMenu(page, "Set state");
  await dialog.getByRole("radio", { name: "failed" }).check();
  await dialog.getByRole("button", { name: "Set to failed" }).click();
  await head(page).getByText(/^failed/).waitFor();
  expect(await settled(page, id, /failed/)).toMatchObject({ state: "failed", reason: "user" });

  for (const task of ["first", "third"]) writeFileSync(`${gate}-${task}`, "");
  await head(page).getByRole("button", { name: "Replay", exact: true }).click();
  await dialog.getByText("3 tasks run").waitFor();
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  const replay = await idOf(page, id);
  expect(await settled(page, replay, /succeeded/)).toMatchObject({ replay_of: id, type: "replay" });
  await page.getByRole("button", { name: "Edit labels" }).click();
  await page.getByLabel("Name of label 1").fill("team");
  await page.getByLabel("Value of label 1").fill("data");
  await page.getByRole("button", { name: "Save" }).click();
  await head(page).getByText("team data").waitFor();

  await page.goto(`/runs/${id}/overview`);
  await fromMenu(page, "Delete");
  await dialog.getByRole("button", { name: "Delete the run" }).click();
  await page.waitForURL(/\/runs$/);
  expect((await page.request.get(`/api/v1/runs/${id}`)).status()).toBe(404);
});

journey("in the Gantt a task is set to another state, retried and replayed from; in its panel as well", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs", { reducedMotion: "reduce" });
  const run = await failed(page);
  await page.goto(`/runs/${run.id}/gantt`);
  const dialog = page.getByRole("dialog");
  const at = async (task: RegExp, word: string) => {
    await page.getByRole("tree", { name: "Tasks in the order of the chart" }).getByRole("treeitem", { name: task }).click({ button: "right" });
    await page.getByRole("menuitem", { name: `${word}…` }).click();
  };
  await at(/second/, "Retry from here");
  await dialog.getByText("2 tasks run").waitFor();
  await dialog.getByRole("button", { name: "Retry from here" }).click();
  await dialog.waitFor({ state: "hidden" });
  await expect.poll(async () => (await settled(page, run.id, /failed/)).generation).toBe(2);

  await at(/second/, "Set state");
  await dialog.getByRole("radio", { name: "skipped" }).check();
  await dialog.getByRole("button", { name: "Set to skipped" }).click();
  await dialog.waitFor({ state: "hidden" });
  await expect.poll(async () => (await settled(page, run.id, /failed/)).tasks.find(({ name }) => name === "second")).toMatchObject({ state: "skipped", reason: "user" });

  await at(/first/, "Replay from here");
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  const replay = await idOf(page, run.id);
  expect(await settled(page, replay, /failed/)).toMatchObject({ replay_of: run.id });

  await page.goto(`/runs/${replay}/gantt?task=second`);
  await page.getByRole("complementary", { name: "Task second" }).getByRole("button", { name: "Replay from here" }).click();
  await dialog.getByText("What 1 task made is taken from this run").waitFor();
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  const second = await settled(page, await idOf(page, replay), /failed/);
  expect([second.replay_of, second.tasks.find(({ name }) => name === "first")?.reason]).toEqual([replay, "cached"]);
  // What was taken leads to the run that made it.
  await page.goto(`/runs/${second.id}/workflow?task=first`);
  await page.getByRole("complementary", { name: "Task first" }).getByRole("link", { name: replay }).click();
  await page.waitForURL(new RegExp(`/runs/${replay}/workflow`));
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
