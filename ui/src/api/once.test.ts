import { expect, test } from "vitest";
import { freshKey } from "./once";

test("keys differ", () => {
  expect(freshKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(freshKey()).not.toBe(freshKey());
});
