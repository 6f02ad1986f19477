import { expect } from "vitest";
import { listen, journey } from "./journey";
import { Project } from "./penstock";

journey("a first visit: the link signs in, an empty list teaches, the first run shows", async ({ chromium, stage }) => {
  const project = Project.with();
  try {
    project.add("orders");
    const up = await project.comesUp();
    const context = await chromium!.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    listen(page, complaints);
    await page.goto(up.link);
    await page.getByText("No runs yet").waitFor();
    expect(await page.getByText("penstock run").count()).toBeGreaterThan(0);

    await project.runs("orders");
    await page.getByRole("table", { name: "Runs" }).getByText("orders").first().waitFor();
    expect(complaints).toEqual([]);

    // The link was good once; without a session nothing is told.
    const stranger = await (await chromium!.newContext()).newPage();
    expect((await stranger.goto(up.link))?.status()).toBe(401);
    await stranger.goto(`${up.origin}/runs`);
    await stranger.getByText("Sign in to Penstock").waitFor();
    await stranger.context().close();
    await context.close();
  } finally {
    await project.ends();
  }
  expect(stage.origin).toContain("127.0.0.1");
});
