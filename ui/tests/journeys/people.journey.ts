import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { begun, idOf, known, settled } from "./asking";
import { hindrances, journey } from "./journey";
import { Project } from "./penstock";

journey("a run that asks: the form of the answer is checked, and what was answered goes on", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("asks");
  const page = await open("/pipelines");
  await known(page, "asks");
  await page.goto("/pipelines/asks/overview?namespace=shop&run=now");
  await page.getByRole("form", { name: "Run asks" }).getByRole("button", { name: "Run", exact: true }).click();
  const id = await idOf(page);
  await settled(page, id, /paused/);
  await page.goto(`/runs/${id}/overview`);
  const form = page.getByRole("form", { name: "Answer release" });
  await form.getByText("Pay this bill?").waitFor();
  expect(await hindrances(page)).toEqual([]);
  await form.getByLabel("amount").fill("900");
  await form.getByRole("button", { name: "Approve" }).click();
  await form.getByText("must be at most 500").waitFor();
  await form.getByLabel("amount").fill("120");
  await form.getByLabel("comment").fill("as agreed");
  await form.getByRole("button", { name: "Approve" }).click();
  await settled(page, id, /succeeded/);
  await form.waitFor({ state: "hidden" });
  await page.getByRole("main").locator("header").first().getByText("succeeded").waitFor();
});

journey("runs that ask are approved and rejected together: told what they ask, what is answered, and what became of each", async ({ open, stage }) => {
  Project.at(stage.folder).add("asks");
  const page = await open("/runs?q=label%3Ashare%3Dyes", { reducedMotion: "reduce" });
  await known(page, "asks");
  const ids = [1, 2, 3].map(async () => await begun(page, "asks", {}, { labels: { share: "yes" } }));
  const [yes, also, no] = await Promise.all(ids) as [string, string, string];
  for (const id of [yes, also, no]) expect(await settled(page, id, /paused/)).toMatchObject({ reason: "approval" });
  await page.reload();
  const table = page.getByRole("table", { name: "Runs" });
  const row = (id: string) => table.getByRole("row").filter({ hasText: id });
  await row(no).getByText("waits for an answer").waitFor();
  const bar = page.getByRole("toolbar", { name: "Ticked runs" });
  const dialog = page.getByRole("dialog");
  await row(no).getByRole("checkbox").check();
  await bar.getByRole("button", { name: "Reject…" }).click();
  await dialog.getByText("Pay this bill?").waitFor();
  await dialog.getByLabel("comment").fill("too much");
  await dialog.getByRole("button", { name: "Reject 1 question" }).click();
  await dialog.getByText("1 rejected").waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  expect((await settled(page, no, /failed/)).tasks.find(({ name }) => name === "release")).toMatchObject({ state: "failed", reason: "approval" });

  // Now one of three waits for nobody: only those that wait can be answered.
  await page.getByRole("checkbox", { name: "Tick all that are shown" }).check();
  expect(await bar.getByRole("button", { name: "Approve…" }).count()).toBe(0);
  await row(no).getByRole("checkbox").uncheck();
  await bar.getByRole("button", { name: "Approve…" }).click();
  const question = dialog.getByRole("region", { name: "shop / asks: release" });
  await question.getByText("2 runs").waitFor();
  await question.getByText("100").waitFor();
  expect(await hindrances(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Approve 2 questions" }).click();
  await dialog.getByText("2 approved").waitFor();
  for (const id of [yes, also]) await settled(page, id, /succeeded/);
});

journey("a debug run rests before its breakpoint, is stepped, given another param, and goes on", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const page = await open("/pipelines");
  await known(page, "waits");
  await page.goto("/pipelines/waits/overview?namespace=shop&run=now");
  const form = page.getByRole("form", { name: "Run waits" });
  await form.getByLabel("type").selectOption("debug");
  await form.getByLabel("breakpoints").first().fill("first");
  await page.getByRole("option", { name: "first" }).click();
  await page.keyboard.press("Tab");
  await form.getByRole("button", { name: "Run", exact: true }).click();
  const id = await idOf(page);
  await settled(page, id, /paused/);
  await page.goto(`/runs/${id}/overview`);
  await page.getByText("Rests before first, at a breakpoint.").waitFor();
  const debug = page.getByRole("region", { name: "Debug" });
  await debug.getByRole("button", { name: "Step" }).click();
  await page.getByText("Rests before second, at a breakpoint.").waitFor();
  expect(await hindrances(page)).toEqual([]);
  // Breakpoints that somebody else sets are seen at once.
  const headers = { "Sec-Fetch-Site": "same-origin", Origin: stage.origin };
  expect((await page.request.post(`/api/v1/runs/${id}/actions/breakpoints`, { data: { set: ["third"] }, headers })).ok()).toBe(true);
  await debug.getByText("third").waitFor();
  await debug.getByRole("button", { name: /Params/ }).click();
  await debug.getByLabel("factor").fill("11");
  await debug.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Rests before third, at a breakpoint.").waitFor();
  await debug.getByRole("button", { name: "Continue" }).click();
  expect(await settled(page, id, /succeeded/)).toMatchObject({ type: "debug", params: { factor: 11 } });
});

journey("a run that waits at a limit says who holds it, and is started past it", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("alone");
  const page = await open("/pipelines");
  await known(page, "alone");
  const gate = join(stage.folder, "gate-alone");
  const holder = await begun(page, "alone", { gate });
  await settled(page, holder, /running/);
  const waits = await begun(page, "alone", { gate });
  await settled(page, waits, /queued/);
  await page.goto(`/runs/${waits}/overview`);
  await page.getByText("1 of 1 place of the limit of pipeline shop/alone is held by").waitFor();
  await page.getByRole("main").getByRole("link", { name: holder }).waitFor();
  await page.getByRole("button", { name: "Start now" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start it now" }).click();
  await settled(page, waits, /running/);
  expect(await settled(page, holder, /running/)).toMatchObject({ state: "running" });
  await page.getByText("was started past its limit").waitFor();
  writeFileSync(gate, "");
  await settled(page, waits, /succeeded/);
});

journey("a run whose tasks are queued says what they wait for, and leads to the runs that have it", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const page = await open("/pipelines", { reducedMotion: "reduce" });
  await known(page, "waits");
  const { workers } = (await (await page.request.get("/api/v1/about")).json()) as { workers: number };
  const gate = join(stage.folder, "gate-busy");
  const busy = await Promise.all(Array.from({ length: workers }, async () => await begun(page, "waits", { gate })));
  await expect.poll(async () => {
    const found = await Promise.all(busy.map(async (id) => await settled(page, id, /running/)));
    return found.every(({ tasks }) => tasks.some(({ name, state }) => name === "first" && state === "running"));
  }, { timeout: 30_000 }).toBe(true);
  const waits = await begun(page, "waits", { gate });
  await settled(page, waits, /running/);
  await page.goto(`/runs/${waits}/overview`);
  const told = page.getByRole("status").filter({ hasText: "first waits for" });
  await told.getByText(`a free worker: ${workers} of ${workers}`).waitFor();
  expect(busy).toContain(await told.getByRole("link").first().textContent());
  expect(await hindrances(page)).toEqual([]);
  for (const task of ["first", "third"]) writeFileSync(`${gate}-${task}`, "");
  await told.waitFor({ state: "hidden" });
  for (const id of [...busy, waits]) await settled(page, id, /succeeded/);
});
