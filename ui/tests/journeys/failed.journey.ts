import { expect } from "vitest";
import { journey } from "./journey";

journey("from the list to the cause of a failure in two clicks", async ({ open }) => {
  const page = await open("/runs");
  await page.getByRole("button", { name: "failed" }).first().click(); // one
  const row = page.getByRole("table", { name: "Runs" }).getByRole("row").filter({ hasText: "broken" }).first();
  await row.getByText("could not convert string to float").waitFor();
  await row.getByRole("link").click(); // two
  await page.getByText("could not convert string to float: 'n/a'").first().waitFor();
  await page.getByText("attempt 2 of 2").waitFor();
  await page.getByText("found[name] = float(text)").first().waitFor();
  await page.getByText("no price for pear").first().waitFor();

  await page.keyboard.press("f");
  await expect.poll(() => new URL(page.url()).searchParams.get("task")).toBe("parsed");
});
