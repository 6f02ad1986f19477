import axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { launch } from "./browser";
import { endsAll } from "./penstock";
import type { Stage } from "./stage";

/** Opens a window of a browser in which the person is signed in. */
export type Open = (path: string, options?: BrowserContextOptions) => Promise<Page>;

interface Journey {
  /** One for all journeys; undefined where there is none, and then they are skipped. */
  chromium: Browser | undefined;
  stage: Stage;
  open: Open;
}

/**
 * A test in a browser. Whatever a page complains of on its console, or fails to get, fails the journey as well;
 * without a browser it is skipped with the reason.
 */
export const journey = test.extend<Journey>({
  chromium: [
    async ({}, use) => {
      const path = inject("browser");
      const browser = path === undefined || inject("absent") !== undefined ? undefined : await launch(path);
      await use(browser);
      await browser?.close();
    },
    { scope: "worker" },
  ],
  stage: async ({ skip }, use) => {
    const stage = inject("stage");
    if (stage === undefined) return skip(inject("absent"));
    await use(stage);
    // One that failed may have left runs that hold the workers.
    await endsAll(stage.origin, stage.folder);
  },
  open: async ({ chromium, stage }, use) => {
    const complaints: string[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (path, options = {}) => {
      const context = await chromium!.newContext({
        viewport: { width: 1280, height: 720 },
        storageState: stage.session,
        baseURL: stage.origin,
        locale: "en-GB",
        timezoneId: "UTC",
        acceptDownloads: true,
        ...options,
      });
      contexts.push(context);
      const page = await context.newPage();
      listen(page, complaints);
      await page.goto(path);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints).toEqual([]);
  },
});

/** Gathers what goes wrong in a page without anybody seeing it. */
export function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("response", (answer) => {
    if (answer.status() >= 500) complaints.push(`${answer.status()} ${answer.url()}`);
  });
}

/** What hinders people with a screen reader or a keyboard, in one line a finding. */
export async function hindrances(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
    });
    return violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => String(node.target)) }));
  });
  return found.map(({ id, help, at }) => `${id}: ${help} (${at.slice(0, 3).join(", ")}; ${at.length} in all)`);
}
