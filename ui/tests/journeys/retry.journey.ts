import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { journey } from "./journey";
import { Project } from "./penstock";

journey("a run that failed is retried in place, and from one of its tasks", async ({ open, stage }) => {
  const project = Project.at(stage.folder);
  project.add("mended");
  const stamp = join(stage.folder, "pipelines", "stamp");
  rmSync(stamp, { force: true });
  const run = await project.runs("mended");
  expect(run.state).toBe("failed");

  const page = await open(`/runs/${run.id}/overview`);
  await page.getByText("the stamp is not there yet").first().waitFor();
  writeFileSync(stamp, "");
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  const asked = page.getByRole("dialog");
  await asked.getByText("2 tasks run").waitFor();
  await asked.getByText("1 task keeps what it made").waitFor();
  await asked.getByRole("button", { name: "Retry the run" }).click();
  const head = page.getByRole("main").locator("header").first();
  await head.getByText("succeeded").waitFor();
  await expect.poll(async () => await page.getByRole("button", { name: "Retry", exact: true }).count()).toBe(0);

  await page.goto(`/runs/${run.id}/workflow?task=sent`);
  await page.getByRole("button", { name: "Retry from here" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retry from here" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.goto(`/runs/${run.id}/overview`);
  await page.getByText("Generation").first().waitFor();
  await expect.poll(async () => await page.locator("dl, aside, main").first().innerText()).toMatch(/Generation\s+3/);
  await head.getByText("succeeded").waitFor();
});
