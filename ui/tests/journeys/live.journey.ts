import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { journey } from "./journey";
import { Project } from "./penstock";

journey("a run of a terminal is seen live: its row, its tasks, its end", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  const gate = join(stage.folder, "gate-live");
  const page = await open("/runs");
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByRole("row").nth(1).waitFor();

  const command = project.types("run", "pipelines/slow.py", "-p", `gate=${gate}`, "--json");
  await page.getByRole("button", { name: /new run/ }).click();
  const row = table.getByRole("row").filter({ hasText: "slow" }).first();
  await row.getByText("running").waitFor();
  await row.getByText("1/3").waitFor();
  await row.getByRole("link").click();
  await page.getByRole("heading", { name: /slow/ }).or(page.getByText("slow").first()).first().waitFor();
  const tasks = page.getByRole("table", { name: /Tasks/ });
  await tasks.getByRole("row").filter({ hasText: "count" }).getByText("running").waitFor();

  writeFileSync(gate, "");
  await tasks.getByRole("row").filter({ hasText: "end" }).getByText("succeeded").waitFor();
  expect(await command.ended).toBe(0);
});

journey("a log is followed while it is written", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  const gate = join(stage.folder, "gate-log");
  const command = project.types("run", "pipelines/slow.py", "-p", `gate=${gate}`, "--json");
  const page = await open("/runs?q=state%3Arunning");
  const row = page.getByRole("table", { name: "Runs" }).getByRole("row").filter({ hasText: "slow" }).first();
  await row.waitFor();
  await row.getByRole("link").click();
  await page.getByRole("link", { name: "Logs" }).click();
  // However many lines there were when the page opened, it goes on with them: the latest are in sight.
  const lines = page.getByText(/^step \d+ of 20$/);
  await lines.first().waitFor();
  const latest = async () => Math.max(...(await lines.allTextContents()).map((line) => Number(line.split(" ")[1])));
  const first = await latest();
  await expect.poll(latest, { timeout: 30_000 }).toBeGreaterThan(first + 30);
  writeFileSync(gate, "");
  expect(await command.ended).toBe(0);
});
