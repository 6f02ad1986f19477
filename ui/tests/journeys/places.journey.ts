import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect } from "vitest";
import { hindrances, journey, type Theme } from "./journey";
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
  ["pipelines", () => "/pipelines", "cities"],
  ["pipeline-overview", () => "/pipelines/orders/overview?namespace=shop", "currency"],
  ["pipeline-workflow", () => "/pipelines/orders/workflow?namespace=shop", "sold", /Group by/],
  ["pipeline-runs", () => "/pipelines/orders/runs?namespace=shop", /succeeded/],
  ["pipeline-grid", () => "/pipelines/orders/grid?namespace=shop", "by_country"],
  ["run-now", () => "/pipelines/orders/overview?namespace=shop&run=now", "Orders to make."],
  ["long-names", ({ runs }) => `/runs/${runs.names.id}/overview`, /größe/],
];

describe.each<Theme>(["light", "dark"])("%s", (theme) => {
  for (const [name, path, shows] of PLACES) {
    journey(`${name} is whole, and hinders nobody`, async ({ open, stage }) => {
      const page = await open(path(stage), { colorScheme: theme, reducedMotion: "reduce" });
      await page.locator("main, [role=dialog]").getByText(shows).first().waitFor();
      await page.evaluate(async () => void (await document.fonts.ready));
      expect(await hindrances(page)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
      if (process.env["PENSTOCK_PICTURES"]) {
        mkdirSync(PICTURES, { recursive: true });
        await page.screenshot({ path: join(PICTURES, `${name}-${theme}.png`) });
      }
    });
  }
});

describe("in a narrow window", () => {
  for (const [name, path, wide, shows = wide] of PLACES) {
    journey(`${name} can be used`, async ({ open, stage }) => {
      const page = await open(path(stage), { viewport: { width: 390, height: 780 }, reducedMotion: "reduce" });
      await page.locator("main, [role=dialog]").getByText(shows).first().waitFor({ state: "attached" });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      if (process.env["PENSTOCK_PICTURES"] && name.startsWith("run")) {
        await page.screenshot({ path: join(PICTURES, `${name}-narrow.png`) });
      }
    });
  }
});
