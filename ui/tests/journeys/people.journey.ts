import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hindrances, journey } from "./journey";
import { Project, type RunFacts } from "./penstock";

async function settled(page: Page, id: string, state: RegExp): Promise<RunFacts> {
  let found: unknown;
  await expect.poll(async () => (found = await (await page.request.get(`/api/v1/runs/${id}`)).json() as RunFacts) && (found as RunFacts).state, { timeout: 30_000 }).toMatch(state);
  return found as RunFacts;
}

/** From the form of a pipeline to the run that comes of it. */
async function started(page: Page): Promise<string> {
  await page.waitForURL(/\/runs\/[0-9a-z]{13}\//);
  return new URL(page.url()).pathname.split("/")[2]!;
}

journey("a run that asks: the form of the answer is checked, and what was answered goes on", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("asks");
  const page = await open("/pipelines");
  await page.getByRole("main").getByRole("link", { name: "asks" }).first().waitFor();
  await page.goto("/pipelines/asks/overview?namespace=shop&run=now");
  await page.getByRole("form", { name: "Run asks" }).getByRole("button", { name: "Run", exact: true }).click();
  const id = await started(page);
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

journey("a debug run rests before its breakpoint, is stepped, given another param, and goes on", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("waits");
  const page = await open("/pipelines");
  await page.getByRole("main").getByRole("link", { name: "waits" }).first().waitFor();
  await page.goto("/pipelines/waits/overview?namespace=shop&run=now");
  const form = page.getByRole("form", { name: "Run waits" });
  await form.getByLabel("type").selectOption("debug");
  await form.getByLabel("breakpoints").first().fill("first");
  await page.getByRole("option", { name: "first" }).click();
  await page.keyboard.press("Tab");
  await form.getByRole("button", { name: "Run", exact: true }).click();
  const id = await started(page);
  await settled(page, id, /paused/);
  await page.goto(`/runs/${id}/overview`);
  await page.getByText("Rests before first, at a breakpoint.").waitFor();
  const debug = page.getByRole("region", { name: "Debug" });
  await debug.getByRole("button", { name: "Step" }).click();
  await page.getByText("Rests before second, at a breakpoint.").waitFor();
  expect(await hindrances(page)).toEqual([]);
  await debug.getByRole("button", { name: /Params/ }).click();
  await debug.getByLabel("factor").fill("11");
  await debug.getByRole("button", { name: "Continue" }).click();
  await settled(page, id, /succeeded/);
  expect(await settled(page, id, /succeeded/)).toMatchObject({ type: "debug", params: { factor: 11 } });
});

journey("a run that waits at a limit says who holds it, and is started past it", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("alone");
  const page = await open("/pipelines");
  await page.getByRole("main").getByRole("link", { name: "alone" }).first().waitFor();
  const gate = join(stage.folder, "gate-alone");
  const asked = async () => {
    const answer = await page.request.post("/api/v1/runs", { data: { pipeline: "alone", namespace: "shop", params: { gate } }, headers: { "Sec-Fetch-Site": "same-origin", Origin: stage.origin } });
    return ((await answer.json()) as RunFacts).id;
  };
  const holder = await asked();
  await settled(page, holder, /running/);
  const waits = await asked();
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
