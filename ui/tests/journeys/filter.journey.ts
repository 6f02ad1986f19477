import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { journey } from "./journey";

journey("filter, keep it as a view, export exactly that", async ({ open }) => {
  // A name of its own, for when the journey is made again.
  const view = `Orders only ${Date.now()}`;
  const page = await open("/runs");
  const table = page.getByRole("table", { name: "Runs" });
  const bar = page.getByRole("combobox", { name: "Filter" });
  await page.keyboard.press("/");
  await bar.pressSequentially("pipe");
  await page.getByRole("option", { name: /pipeline:/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await bar.pressSequentially("ord");
  await page.getByRole("option", { name: /orders/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("pipeline:orders");
  await expect.poll(async () => await table.getByText("cities").count()).toBe(0);
  const shown = await table.getByRole("row").count();
  expect(shown).toBeGreaterThanOrEqual(5);

  const loading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  const lines = readFileSync(await (await loading).path(), "utf8").trim().split("\n");
  expect(lines).toHaveLength(shown);
  expect(lines.slice(1).every((line) => line.includes("orders"))).toBe(true);

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Keep as a new view…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(view);
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByRole("button", { name: view }).waitFor();

  const other = await open("/runs");
  await other.getByRole("button", { name: "Views" }).click();
  await other.getByRole("menuitem", { name: view }).click();
  await expect.poll(() => new URL(other.url()).searchParams.get("q")).toBe("pipeline:orders");
});

journey("a wrong word is told with the right ones", async ({ open }) => {
  const page = await open("/runs?q=state%3Adone");
  await page.getByRole("alert").getByText("succeeded").waitFor();
  await page.getByRole("button", { name: "All runs" }).click();
  await page.getByRole("table", { name: "Runs" }).getByRole("row").nth(1).waitFor();
});

journey("labels of many: what is touched is said before, and what came of it after", async ({ open }) => {
  const page = await open("/runs?q=pipeline%3Aorders");
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByText("orders").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await page.getByText("2 ticked").waitFor();
  await page.getByRole("button", { name: "More for the ticked runs" }).click();
  await page.getByRole("menuitem", { name: "Set labels…" }).click();
  await page.getByRole("dialog").getByText("Labels of 2 runs").waitFor();
  await page.getByRole("dialog").getByLabel("Set", { exact: true }).first().pressSequentially("checked=yes,");
  await page.getByRole("button", { name: "Change 2 runs" }).click();
  await page.getByText("2 labelled").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.setViewportSize({ width: 1440, height: 720 }); // where labels have room
  await expect.poll(async () => await table.getByText("checked=yes").count()).toBe(2);
});

journey("conditions are chips: turned round, changed, taken out, by hand and by keys", async ({ open }) => {
  const page = await open("/runs?q=pipeline%3Aorders");
  const q = () => new URL(page.url()).searchParams.get("q");
  const bar = page.getByRole("combobox", { name: "Filter" });
  await page.getByRole("button", { name: "pipeline is orders: leave these out" }).click();
  await expect.poll(q).toBe("-pipeline:orders");
  await bar.click();
  await bar.pressSequentially("-pipeline:cities state:failed");
  await page.keyboard.press("Enter");
  await expect.poll(q).toBe("-pipeline:orders,cities state:failed");
  expect(await bar.inputValue()).toBe("");
  // Back over the last chip, which becomes a text again; then along the parts of the one before.
  await page.keyboard.press("Backspace");
  await expect.poll(async () => await bar.inputValue()).toBe("state:failed");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Take out not pipeline orders, cities");
  await page.keyboard.press("Delete");
  await expect.poll(q).toBe(null);
});

journey("columns are moved by keys and by dragging, and the address says so", async ({ open }) => {
  const page = await open("/runs");
  const heads = async () => (await page.getByRole("columnheader").allInnerTexts()).map((text) => text.trim()).filter((text) => text !== "");
  await page.getByRole("columnheader", { name: "Duration" }).waitFor();
  const before = await heads();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Pipeline" }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(heads).toEqual(["State", "Pipeline", "Run", ...before.slice(3)]);
  await page.keyboard.press("ArrowRight");
  await expect.poll(heads).toEqual(before);
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Duration" }).dragTo(page.getByRole("columnheader", { name: "Run" }));
  await expect.poll(heads).toEqual(["State", "Duration", "Run", ...before.slice(2).filter((word) => word !== "Duration")]);
  const other = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  await other.getByRole("columnheader", { name: "Duration" }).waitFor();
  expect((await other.getByRole("columnheader").allInnerTexts()).map((text) => text.trim()).filter((text) => text !== "").slice(0, 3)).toEqual(["State", "Duration", "Run"]);
});
