import type { BrowserContextOptions } from "playwright-core";
import type { TestProject } from "vitest/node";
import { browserPath, launch } from "./browser";
import { missing, Project, type RunFacts } from "./penstock";

/** What every journey may use: a server that is up, a session, and runs that are over. */
export interface Stage {
  origin: string;
  folder: string;
  session: Exclude<BrowserContextOptions["storageState"], string | undefined>;
  runs: Record<"orders" | "broken" | "cities" | "names" | "wide", RunFacts>;
}

declare module "vitest" {
  interface ProvidedContext {
    stage: Stage | undefined;
    absent: string | undefined;
    browser: string | undefined;
  }
}

/** Before all journeys: a project with pipelines, some runs, `penstock up`, and a person who follows its link. */
export default async function setUp(vitest: TestProject): Promise<(() => Promise<void>) | undefined> {
  const browser = browserPath();
  const absent = browser === undefined ? "no Chromium here (PENSTOCK_CHROMIUM names another place)" : missing();
  vitest.provide("absent", absent);
  vitest.provide("browser", browser);
  if (browser === undefined || absent !== undefined) {
    if (process.env["CI"]) throw new Error(`in CI nothing is skipped: ${absent}`);
    console.log(`The journeys through the page are skipped: ${absent}`);
    vitest.provide("stage", undefined);
    return undefined;
  }
  const project = Project.with("orders", "broken", "slow", "cities", "wide", "names");
  try {
    const runs = {
      orders: await project.runs("orders"),
      broken: await project.runs("broken"),
      cities: await project.runs("cities"),
      names: await project.runs("names"),
      wide: await project.runs("wide"),
    };
    for (const day of ["2026-03-02", "2026-03-03", "2026-03-04"]) await project.runs("orders", "-p", `day=${day}`);
    const up = await project.comesUp();
    vitest.provide("stage", { origin: up.origin, folder: project.folder, session: await signIn(browser, up.link), runs });
  } catch (problem) {
    await project.ends();
    throw problem;
  }
  return async () => await project.ends();
}

async function signIn(path: string, link: string): Promise<Stage["session"]> {
  const browser = await launch(path);
  try {
    const context = await browser.newContext();
    const answer = await (await context.newPage()).goto(link);
    if (!answer?.ok()) throw new Error(`${link} answered ${answer?.status()}`);
    return await context.storageState();
  } finally {
    await browser.close();
  }
}
