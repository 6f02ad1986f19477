import { expect } from "vitest";
import { journey } from "./journey";

journey("the graph by keys: along its edges, Enter opens what is reached, Esc closes it", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.orders.id}/workflow`, { reducedMotion: "reduce" });
  const task = () => new URL(page.url()).searchParams.get("task");
  const graph = page.locator(".pn-graph-stage");
  await graph.focus();
  await page.keyboard.press("ArrowDown");
  await page.getByText("task sold, succeeded").waitFor({ state: "attached" });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByText("task paid, succeeded").waitFor({ state: "attached" });
  await page.keyboard.press("Enter");
  await expect.poll(task).toBe("paid");
  const panel = page.getByRole("complementary").filter({ hasText: "paid" });
  await panel.getByText("Attempt").first().waitFor();

  await panel.getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Escape");
  await expect.poll(task).toBeNull();
  expect(await panel.count()).toBe(0);
});

journey("the graph flows as somebody chose, and as more of it is seen once they leave that to it again", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.orders.id}/workflow`, { reducedMotion: "reduce" });
  const way = (name: string) => page.getByRole("group", { name: "Direction" }).getByRole("button", { name, pressed: true });
  const by = async (name: string) => await page.getByRole("group", { name: "Direction" }).getByRole("button", { name }).click();
  await way("As more of it can be seen").waitFor();
  await by("From left to right");
  await way("From left to right").waitFor();
  await page.reload();
  await way("From left to right").waitFor();
  await by("As more of it can be seen");
  await way("As more of it can be seen").waitFor();
  await page.reload();
  await way("As more of it can be seen").waitFor();
});

journey("the list beside the graph by keys says and selects the same", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.orders.id}/workflow`, { reducedMotion: "reduce" });
  const tree = page.getByRole("tree", { name: "Tasks", exact: true });
  await tree.getByRole("treeitem", { name: /by_country/ }).waitFor();
  await tree.focus();
  for (let down = 0; down < 3; down++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => new URL(page.url()).searchParams.get("task")).toBe("by_country");
  await expect.poll(async () => await tree.locator("[aria-selected=true]").textContent()).toContain("by_country");
});

journey("a bar of the Gantt opens its task, and the panel leads to its log", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.broken.id}/gantt`, { reducedMotion: "reduce" });
  const names = page.getByRole("tree", { name: "Tasks in the order of the chart" });
  await names.getByRole("treeitem", { name: /parsed/ }).waitFor();
  const row = await names.getByRole("treeitem", { name: /parsed/ }).boundingBox();
  const chart = await page.locator(".pn-gantt-stage").boundingBox();
  expect(row).not.toBeNull();
  expect(chart).not.toBeNull();
  // Somewhere along its row its bar is: the whole run fits the window.
  const task = () => new URL(page.url()).searchParams.get("task");
  for (let share = 0.05; share < 1 && task() !== "parsed"; share += 0.05) {
    await page.mouse.click(chart!.x + chart!.width * share, row!.y + row!.height / 2);
  }
  await expect.poll(task).toBe("parsed");
  await page.getByRole("complementary").getByRole("link", { name: "Log", exact: true }).click();
  await page.waitForURL(/\/logs\?.*task=parsed/);
  await page.getByRole("log").getByText("no price for pear").first().waitFor();
});

journey("a part of a log's time: drag over the strip, and Esc shows all again", async ({ open, stage }) => {
  const page = await open(`/runs/${stage.runs.broken.id}/logs`);
  const strip = page.getByRole("slider", { name: /Lines over time/ });
  const lines = page.getByRole("log");
  await lines.getByText("reading the price of apple").first().waitFor();
  const all = await lines.locator(".pn-log-row").count();
  const { x, y, width, height } = (await strip.boundingBox())!;
  await page.mouse.move(x + width * 0.98, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.4, y + height / 2, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => new URL(page.url()).searchParams.get("from")).not.toBeNull();
  await expect.poll(async () => await lines.locator(".pn-log-row").count()).toBeLessThan(all);
  await page.keyboard.press("Escape");
  await expect.poll(() => new URL(page.url()).searchParams.get("from")).toBeNull();
  await expect.poll(async () => await lines.locator(".pn-log-row").count()).toBe(all);

  const search = page.getByRole("textbox", { name: "Find in lines" });
  await search.fill("pear");
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("pear");
  await page.reload();
  await expect.poll(async () => await search.inputValue()).toBe("pear");
  await lines.locator("mark").first().waitFor();
});
