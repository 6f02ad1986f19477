import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { hindrances, journey } from "./journey";
import type { Stage } from "./stage";

/** Where pictures of every place are kept; they are made anew when PENSTOCK_PICTURES is set. */
const PICTURES = resolve(import.meta.dirname, "../../../docs/images/page");

const PLACES: [name: string, path: (stage: Stage) => string, shows: string | RegExp, narrow?: string | RegExp][] = [
  ["runs", () => "/runs", "cities"],
  ["run-overview", ({ runs }) => `/runs/${runs.orders.id}/overview`, "sold"],
  ["run-failed", ({ runs }) => `/runs/${runs.broken.id}/overview`, /could not convert/],
  ["run-workflow", ({ runs }) => `/runs/${runs.orders.id}/workflow`, "sold", /Completed in/],
  ["run-workflow-wide", ({ runs }) => `/runs/${runs.wide.id}/workflow`, /layer_0/, /Completed in/],
  ["run-gantt", ({ runs }) => `/runs/${runs.cities.id}/gantt`, /forecast/],
  ["run-logs", ({ runs }) => `/runs/${runs.broken.id}/logs`, /no price for pear/],
  ["run-outputs", ({ runs }) => `/runs/${runs.orders.id}/outputs`, "by_country"],
  ["run-metrics", ({ runs }) => `/runs/${runs.orders.id}/metrics`, /orders/],
  ["run-compare", ({ runs }) => `/runs/${runs.orders.id}/compare/latest:orders?all=true`, "by_country"],
  ["pipelines", () => "/pipelines", "cities"],
  ["pipeline-overview", () => "/pipelines/orders/overview?namespace=shop", "currency"],
  ["pipeline-workflow", () => "/pipelines/orders/workflow?namespace=shop", "sold", /Group by/],
  ["pipeline-runs", () => "/pipelines/orders/runs?namespace=shop", /succeeded/],
  ["pipeline-grid", () => "/pipelines/orders/grid?namespace=shop", "by_country"],
  ["run-now", () => "/pipelines/orders/overview?namespace=shop&run=now", "Orders to make."],
  ["long-names", ({ runs }) => `/runs/${runs.names.id}/overview`, /größe/],
];

// One visit a place: its theme and its window change while it stands there, as a person's may.
describe("each place is whole, hinders nobody, and can be used in a narrow window", () => {
  for (const [name, path, shows, narrow = shows] of PLACES) {
    journey(name, async ({ open, stage }) => {
      const page = await open(path(stage), { colorScheme: "light", reducedMotion: "reduce" });
      await page.locator("main, [role=dialog]").getByText(shows).first().waitFor();
      await page.evaluate(async () => void (await document.fonts.ready));
      for (const theme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForFunction((wanted) => document.documentElement.dataset["mantineColorScheme"] === wanted, theme);
        expect(await hindrances(page), theme).toEqual([]);
        await kept(page, `${name}-${theme}`);
      }
      expect(await tooWide(page)).toBeLessThanOrEqual(0);
      expect(await tooHigh(page)).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 390, height: 780 });
      await page.locator("main, [role=dialog]").getByText(narrow).first().waitFor({ state: "attached" });
      await expect.poll(async () => await tooWide(page)).toBeLessThanOrEqual(0);
      if (name.startsWith("run")) await kept(page, `${name}-narrow`);
    });
  }
});

/** Pixels that the page is wider than its window. */
async function tooWide(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Pixels by which the window itself could scroll: its places scroll, it stands. */
async function tooHigh(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
}

async function kept(page: Page, name: string): Promise<void> {
  if (!process.env["PENSTOCK_PICTURES"]) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
