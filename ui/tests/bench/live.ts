/**
 * Watches a run in Chromium while somebody else changes it. Reads a Watch from the first line of stdin, writes `ready`
 * when the page shows the run, and, after a second line, one line of JSON: when each change was on the screen.
 */
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { browserPath, launch } from "../journeys/browser.ts";
import { watchRows } from "./inside.ts";

interface Watch {
  origin: string;
  link: string;
  path: string;
  /** What the rows are called (a pattern), and the word that each has when it has changed. */
  rows: string;
  word: string;
  /** Stands there as soon as the page is complete. */
  ready: string;
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const watch = JSON.parse(String((await lines.next()).value)) as Watch;
  const path = browserPath();
  if (path === undefined) throw new Error("no Chromium here (PENSTOCK_CHROMIUM names another place)");
  const browser = await launch(path);
  try {
    // So high that every row is in view.
    const context = await browser.newContext({ viewport: { width: 1280, height: 2600 }, baseURL: watch.origin });
    const page = await context.newPage();
    await page.goto(watch.link);
    await page.addInitScript(watchRows(watch.rows, watch.word));
    await page.goto(watch.path);
    await page.getByText(watch.ready).first().waitFor({ timeout: 30_000 });
    console.log("ready");
    await lines.next();
    console.log(JSON.stringify(await page.evaluate(() => (globalThis as unknown as { seen: Record<string, number> }).seen)));
  } finally {
    await browser.close();
  }
}

await main().catch((problem: unknown) => {
  console.error(problem instanceof Error ? problem.message.split("\n")[0] : problem);
  process.exitCode = 1;
});
process.exit();
