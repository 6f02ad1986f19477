import { expect } from "vitest";
import { journey } from "./journey";

journey("without a mouse: from the list through a run and back, by keys alone", async ({ open, stage }) => {
  const page = await open("/pipelines");
  await page.getByRole("link", { name: "orders" }).first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.waitForURL(/\/runs$/);
  await page.getByRole("table", { name: "Runs" }).getByRole("row").nth(2).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/[0-9a-z]{13}\/overview/);
  await page.getByRole("link", { name: "Logs" }).waitFor();
  await page.keyboard.press("4");
  await page.waitForURL(/\/logs/);
  await page.keyboard.press("1");
  await page.waitForURL(/\/overview/);

  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: "Search or jump to" });
  await palette.fill(stage.runs.broken.id);
  await page.getByRole("option", { name: new RegExp(`${stage.runs.broken.id}.*broken`) }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(stage.runs.broken.id));

  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("next failed task").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(async () => await page.getByRole("dialog").count()).toBe(0);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toMatch(/A|BUTTON|INPUT/);

  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("table", { name: "Runs" }).getByRole("row").nth(2).waitFor();
  await page.keyboard.press("/");
  await page.getByRole("listbox", { name: "Proposals" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Views");
});

journey("who comes back to the list finds it where they left it", async ({ open }) => {
  const page = await open("/runs");
  await page.setViewportSize({ width: 1280, height: 260 });
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByRole("row").nth(3).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await table.evaluate(async (frame) => {
    frame.scrollTop = 64;
    // A browser tells of it with its next picture.
    await new Promise((settle) => frame.addEventListener("scroll", settle, { once: true }));
  });
  await expect.poll(async () => await table.evaluate((frame) => frame.scrollTop)).toBe(64);
  await page.keyboard.press("Enter");
  await page.waitForURL(/overview/);
  await page.getByRole("link", { name: "Logs" }).waitFor();
  await page.goBack();
  await table.locator("[data-current][aria-rowindex='3']").waitFor({ state: "attached" });
  await expect.poll(async () => await table.evaluate((frame) => frame.scrollTop)).toBe(64);
  const ticked = page.getByRole("toolbar", { name: "Ticked runs" }).getByText("1 ticked");
  await ticked.waitFor();
  await table.locator("[aria-rowindex='2'] input:checked").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/overview/);
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Runs" }).click();
  await ticked.waitFor();
  await page.getByRole("combobox", { name: "Filter" }).fill("state:succeeded");
  await page.keyboard.press("Enter");
  await ticked.waitFor({ state: "detached" });
});

journey("Ctrl-K is heard before the page's code is there, and the palette offers what the place brings", async ({ open }) => {
  const page = await open("/pipelines");
  await page.getByRole("link", { name: "orders" }).first().waitFor();
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((settle) => (pass = settle));
  await page.route("**/assets/index-*.js", async (route) => {
    await passed;
    await route.continue();
  });
  await page.goto("/runs", { waitUntil: "commit" });
  await page.waitForFunction(() => "penstockSought" in globalThis);
  await page.keyboard.press("Control+k");
  pass();
  await page.getByRole("combobox", { name: "Search or jump to" }).fill("cancel all");
  await page.getByRole("option", { name: "Cancel all that go on" }).waitFor();
});
