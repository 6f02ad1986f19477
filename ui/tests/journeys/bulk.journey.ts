import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { begun, known, settled } from "./asking";
import { hindrances, journey } from "./journey";
import { Project } from "./penstock";

const bar = (page: Page) => page.getByRole("toolbar", { name: "Ticked runs" });

/** Asks the ticked runs for something, by a button or the menu, and waits until it is told what became of them. */
async function act(page: Page, word: string, yes: string, became: string, more?: (page: Page) => Promise<void>): Promise<void> {
  const button = bar(page).getByRole("button", { name: `${word}…` });
  if ((await button.count()) > 0) await button.click();
  else {
    await bar(page).getByRole("button", { name: "More for the ticked runs" }).click();
    await page.getByRole("menuitem", { name: `${word}…` }).click();
  }
  const dialog = page.getByRole("dialog");
  await more?.(page);
  await dialog.getByRole("button", { name: yes }).click();
  await dialog.getByText(became).first().waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  await dialog.waitFor({ state: "hidden" });
}

journey("two ticked runs are paused, resumed, cancelled, set to another state and replayed", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs?q=label%3Amany%3Dtwo");
  await known(page, "waits");
  const gate = join(stage.folder, "gate-many");
  const ids = [await begun(page, "waits", { gate }, { labels: { many: "two" } }), await begun(page, "waits", { gate }, { labels: { many: "two" } })];
  const all = async (state: RegExp) => await Promise.all(ids.map(async (id) => await settled(page, id, state)));
  await all(/running/);
  await page.reload();
  await page.getByRole("table", { name: "Runs" }).getByText(ids[1]!).waitFor();
  await page.getByRole("checkbox", { name: "Tick all that are shown" }).check();
  await act(page, "Pause", "Pause 2 runs", "2 paused");
  await all(/paused/);
  await act(page, "Resume", "Resume 2 runs", "2 go on");
  await all(/running/);
  await act(page, "Cancel", "Cancel 2 runs", "2 are being cancelled");
  await all(/cancelled/);
  await act(page, "Set state", "Set the state of 2 runs", "2 set", async () => await page.getByRole("group", { name: "State" }).getByRole("button", { name: "failed" }).click());
  expect((await all(/failed/)).map(({ reason }) => reason)).toEqual(["user", "user"]);
  for (const task of ["first", "third"]) writeFileSync(`${gate}-${task}`, "");
  await act(page, "Replay", "Replay 2 runs", "2 replayed");
  const found = (await (await page.request.get("/api/v1/runs?type=replay&label=many%3Dtwo")).json()) as { items: { id: string }[] };
  expect(found.items).toHaveLength(2);
  for (const { id } of found.items) expect(ids).toContain((await settled(page, id, /succeeded/)).replay_of);
});

journey("ticked runs that wait at a limit are started past it", async ({ open, stage }) => {
  Project.at(stage.folder).add("alone");
  const page = await open("/runs?q=pipeline%3Aalone");
  await known(page, "alone");
  const gate = join(stage.folder, "gate-force");
  const ids: string[] = [];
  for (let at = 0; at < 3; at++) ids.push(await begun(page, "alone", { gate }));
  await settled(page, ids[0]!, /running/);
  for (const id of ids.slice(1)) await settled(page, id, /queued/);
  await page.reload();
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByText("waits at a limit").first().waitFor();
  for (const id of ids.slice(1)) await table.getByRole("row").filter({ hasText: id }).getByRole("checkbox").check();
  await act(page, "Start now", "Start 2 runs now", "2 started");
  for (const id of ids) await settled(page, id, /running/);
  writeFileSync(gate, "");
  for (const id of ids) await settled(page, id, /succeeded/);
});

journey("ticked runs are retried and deleted; what became of each is told", async ({ open, stage }) => {
  Project.at(stage.folder).add("waits");
  const page = await open("/runs?q=label%3Abulk%3Dyes", { reducedMotion: "reduce" });
  await known(page, "waits");
  const [one, other, well] = await Promise.all([0, 0, 1].map(async (factor) => await begun(page, "waits", { factor }, { labels: { bulk: "yes" } }))) as [string, string, string];
  const failed = [one, other];
  for (const id of [...failed, well]) await settled(page, id, /failed|succeeded/);
  await page.reload();
  await page.getByRole("table", { name: "Runs" }).getByText(well).waitFor();
  await page.getByRole("checkbox", { name: "Tick all that are shown" }).check();
  const bar = page.getByRole("toolbar", { name: "Ticked runs" });
  await bar.getByRole("button", { name: "Retry…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Retry 2 runs?").waitFor();
  await dialog.getByText(/nothing of it failed/).waitFor();
  expect(await hindrances(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Retry 2 runs" }).click();
  await dialog.getByText(/2 run again/).waitFor();
  for (const id of failed) await dialog.getByRole("link", { name: id }).waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  for (const id of failed) expect((await settled(page, id, /failed/)).generation).toBe(2);

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
  await known(page, "waits");
  const gate = join(stage.folder, "gate-never");
  const ids = [await begun(page, "waits", { gate }), await begun(page, "waits", { gate })];
  for (const id of ids) await settled(page, id, /running/);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search or jump to" }).fill("cancel all");
  await page.getByRole("option", { name: "Cancel all that go on", selected: true }).waitFor();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel 2 runs" }).click();
  await dialog.getByText(/2 are being cancelled/).waitFor();
  for (const id of ids) await settled(page, id, /cancelled/);
});
