import { expect } from "vitest";
import { journey } from "./journey";

journey("run now: a form from the params, checked, and the run that comes of it", async ({ open }) => {
  const page = await open("/pipelines");
  await page.getByRole("main").getByRole("link", { name: "orders" }).first().click();
  await page.getByRole("button", { name: "Run now" }).or(page.getByRole("link", { name: "Run now" })).first().click();
  const form = page.getByRole("form", { name: "Run orders" });
  await form.getByLabel("rows").fill("many");
  await form.getByRole("button", { name: "Run", exact: true }).click();
  await form.getByText("a whole number is needed").waitFor();
  await form.getByLabel("rows").fill("25");
  await form.getByLabel("currency").selectOption({ label: "JPY" });
  await form.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForURL(/\/runs\/[0-9a-z]{13}\//);
  await page.getByText("succeeded").first().waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("JPY").first().waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/runs\//);
});
