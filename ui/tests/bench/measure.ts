/**
 * Measures the page in Chromium. Reads one JSON document (Plan) from stdin and writes one line of JSON a measurement.
 * Run by `python -m benchmarks.page` with Node's own stripping of types, so that it needs no build.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import type { BrowserContext, CDPSession, Page } from "playwright-core";
import { browserPath, launch } from "../journeys/browser.ts";
import { frames, type Frames, watchCanvas, watchText } from "./inside.ts";

interface Plan {
  origin: string;
  /** Signs in, once. */
  link: string;
  visits: Visit[];
}

interface Visit {
  name: string;
  path: string;
  /** What is waited for: words on the page, or a picture on a canvas. */
  ready: { text: string } | { canvas: true };
  /** A button that is pressed then, and what comes of it. */
  press?: { button: string; shows: string };
  /** What is done then, while frames are counted. */
  then?: "pan" | "scroll" | "none";
  repeat?: number;
}

interface Outcome {
  name: string;
  /** Milliseconds from the start of the navigation to the picture, one a repetition. */
  ready: number[];
  /** Milliseconds from the press to the frame that shows what comes of it. */
  pressed?: number;
  /** Bytes of scripts as they came over the wire, in the first repetition, with nothing in the cache. */
  scripts: number;
  bytes: number;
  frames?: Frames;
  error?: string;
}

const VIEWPORT = { width: 1280, height: 720 };
const PATIENCE = 60_000;

async function main(): Promise<void> {
  const plan = JSON.parse(readFileSync(0, "utf8")) as Plan;
  const path = browserPath();
  if (path === undefined) throw new Error("no Chromium here (PENSTOCK_CHROMIUM names another place)");
  const browser = await launch(path);
  try {
    const first = await browser.newContext({ viewport: VIEWPORT });
    if (plan.link) {
      const answer = await (await first.newPage()).goto(plan.link);
      if (!answer?.ok()) throw new Error(`${plan.link} answered ${answer?.status()}`);
    }
    const session = await first.storageState();
    await first.close();
    for (const visit of plan.visits) {
      // A context of its own has an empty cache, as somebody has who comes for the first time.
      const context = await browser.newContext({ viewport: VIEWPORT, storageState: session, baseURL: plan.origin });
      console.log(JSON.stringify(await measured(context, visit)));
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function measured(context: BrowserContext, visit: Visit): Promise<Outcome> {
  const outcome: Outcome = { name: visit.name, ready: [], scripts: 0, bytes: 0 };
  try {
    for (let time = 0; time < (visit.repeat ?? 3); time++) {
      const page = await context.newPage();
      const wire = time === 0 ? await weigh(page) : undefined;
      outcome.ready.push(await visited(page, visit));
      if (wire) {
        outcome.scripts = wire.scripts;
        outcome.bytes = wire.bytes;
      }
      if (visit.press) outcome.pressed = await pressed(page, visit.press);
      if (time === 0 && visit.then && visit.then !== "none") outcome.frames = await moved(page, visit.then);
      await page.close();
    }
  } catch (problem) {
    outcome.error = problem instanceof Error ? (problem.message.split("\n")[0] ?? "") : String(problem);
  }
  return outcome;
}

/** Milliseconds from the start of the navigation to the frame in which what is waited for is there. */
async function visited(page: Page, visit: Visit): Promise<number> {
  await page.addInitScript("text" in visit.ready ? watchText(visit.ready.text) : watchCanvas());
  await page.goto(visit.path, { waitUntil: "commit" });
  const seen = await page.waitForFunction(() => (globalThis as unknown as { seenAt?: number }).seenAt, undefined, {
    timeout: PATIENCE,
  });
  return (await seen.jsonValue()) as number;
}

async function pressed(page: Page, press: { button: string; shows: string }): Promise<number> {
  const waited = page.evaluate(
    async ([button, shows, patience]) => {
      const all = [...document.querySelectorAll<HTMLElement>("button")];
      const begun = performance.now();
      all.find((one) => one.textContent?.trim() === button)?.click();
      while (!document.querySelector(shows) && performance.now() < begun + patience) {
        await new Promise((settle) => requestAnimationFrame(settle));
      }
      return performance.now() - begun;
    },
    [press.button, press.shows, PATIENCE] as const,
  );
  const took = await waited;
  if (took >= PATIENCE) throw new Error(`nothing came of ${press.button} in ${PATIENCE / 1000} s`);
  return took;
}

/** Counts the bytes of a page as they come over the wire, heads of answers left out. */
async function weigh(page: Page): Promise<{ scripts: number; bytes: number }> {
  const found = { scripts: 0, bytes: 0 };
  const heads = new Map<string, { type: string; head: number }>();
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.responseReceived", ({ requestId, type, response }) =>
    heads.set(requestId, { type, head: response.encodedDataLength }),
  );
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const { type, head } = heads.get(requestId) ?? { type: "", head: 0 };
    found.bytes += encodedDataLength - head;
    if (type === "Script") found.scripts += encodedDataLength - head;
  });
  return found;
}

/** Frames while the picture is dragged about, or the page's largest list is scrolled. */
async function moved(page: Page, how: "pan" | "scroll"): Promise<Frames> {
  await page.waitForTimeout(1000);
  const place = await page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>(wanted === "pan" ? "canvas" : "*")];
    const fit = wanted === "pan" ? all : all.filter((one) => one.scrollHeight > one.clientHeight + 200);
    const area = (one: HTMLElement): number => one.clientWidth * one.clientHeight;
    const largest = fit.sort((one, other) => area(other) - area(one))[0];
    if (!largest) return undefined;
    const { left, top, width, height } = largest.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  }, how);
  if (place === undefined) throw new Error(`nothing to ${how} here`);
  const counting = page.evaluate(frames, 4000);
  await page.mouse.move(place.x, place.y);
  if (how === "pan") await page.mouse.down();
  for (let step = 0, until = Date.now() + 4000; Date.now() < until; step++) {
    if (how === "pan") {
      const turn = step / 25;
      await page.mouse.move(place.x + 240 * Math.sin(turn), place.y + 140 * Math.sin(turn * 1.7));
    } else {
      await page.mouse.wheel(0, step % 40 < 30 ? 400 : -400);
    }
  }
  if (how === "pan") await page.mouse.up();
  return await counting;
}

await main().catch((problem: unknown) => {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 1;
});
