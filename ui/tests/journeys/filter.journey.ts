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
  await page.getByRole("table", { name: "Runs" }).getByText("cities").first().waitFor();
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
  await page.getByRole("button", { name: "Set labels…" }).click();
  await page.getByRole("dialog").getByText("Labels of 2 runs").waitFor();
  await page.getByRole("dialog").getByLabel("Set", { exact: true }).first().pressSequentially("checked=yes,");
  await page.getByRole("button", { name: "Change 2 runs" }).click();
  await page.getByText("2 labelled").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await expect.poll(async () => await table.getByText("checked=yes").count()).toBe(2);
});
