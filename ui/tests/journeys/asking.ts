/** Runs that journeys ask the server for, and what becomes of them. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { RunFacts } from "./penstock";

export interface SettledRun extends RunFacts {
  type: string;
  reason: string | null;
  generation: number;
  params: Record<string, unknown>;
  labels: Record<string, string>;
  replay_of: string | null;
  tasks: { name: string; state: string; reason: string | null }[];
}

/** The run as the server knows it, once it is as it should be. */
export async function settled(page: Page, id: string, state: RegExp): Promise<SettledRun> {
  let found: unknown;
  await expect.poll(async () => {
    found = await (await page.request.get(`/api/v1/runs/${id}`)).json();
    return (found as RunFacts).state;
  }, { timeout: 30_000 }).toMatch(state);
  return found as SettledRun;
}

/** Asks for a run as the page does; the id that it has. The page has to be one of ours. */
export async function begun(page: Page, pipeline: string, params: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<string> {
  const headers = { "Sec-Fetch-Site": "same-origin", Origin: new URL(page.url()).origin };
  const answer = await page.request.post("/api/v1/runs", { data: { pipeline, namespace: "shop", params, ...more }, headers });
  expect(answer.status(), await answer.text()).toBeLessThan(300);
  return ((await answer.json()) as RunFacts).id;
}

/** A pipeline that was just added is known once the page lists it. */
export async function known(page: Page, ...pipelines: string[]): Promise<void> {
  await expect.poll(async () => {
    const { items } = (await (await page.request.get("/api/v1/pipelines?limit=500")).json()) as { items: { name: string }[] };
    return pipelines.every((name) => items.some((item) => item.name === name));
  }, { timeout: 30_000 }).toBe(true);
}

/** The id of the run whose page is open, once it is another than `before`. */
export async function idOf(page: Page, before = ""): Promise<string> {
  await page.waitForURL((url) => /^\/runs\/[0-9a-z]{13}\//.test(url.pathname) && (before === "" || !url.pathname.includes(before)));
  return new URL(page.url()).pathname.split("/")[2]!;
}

/** The head of the page, with its state and its buttons. */
export const head = (page: Page) => page.getByRole("main").locator("header").first();

/** Chooses from the menu of the head. */
export async function fromMenu(page: Page, word: string): Promise<void> {
  await head(page).getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: `${word}…` }).click();
}
