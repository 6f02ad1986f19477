import { expect, test } from "vitest";
import { cellText, heights, itemsText } from "./cells";

test("the worst items come first", () => {
  expect(itemsText({ succeeded: 38, failed: 2, skipped: 0 })).toBe("2 failed, 38 succeeded");
});

test("a cell says all that its picture does", () => {
  const cell = { state: "failed" as const, duration: 2, attempts: 3, items: { failed: 1, succeeded: 4 } };
  expect(cellText("load", cell, "2 s")).toBe("load: failed · 2 s · 3 attempts · 1 failed, 4 succeeded");
  expect(cellText("load", { ...cell, attempts: 1, items: null }, null)).toBe("load: failed");
});

test("bars are measured by the longest; those without a duration stay visible", () => {
  expect(heights([2, null, 4, 0])).toEqual([0.5, 0.06, 1, 0.06]);
  expect(heights([])).toEqual([]);
});
