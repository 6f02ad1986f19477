import { expect } from "vitest";
import { journey } from "./journey";

journey("dark as the system is, by a switch, and from the first picture of the next visit", async ({ open }) => {
  const page = await open("/runs", { colorScheme: "dark" });
  const scheme = () => page.evaluate(() => document.documentElement.dataset["mantineColorScheme"]);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  expect(await scheme()).toBe("dark");
  const dark = await ground();
  await page.getByRole("button", { name: /^Theme:/ }).click();
  await expect.poll(scheme).toBe("light");
  expect(await ground()).not.toBe(dark);
  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction(() => document.body !== null);
  expect(await scheme()).toBe("light");
});
