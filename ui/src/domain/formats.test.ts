import { expect, test } from "vitest";
import { bytesText, countText, durationText, figureText, taskText } from "./formats";

test("bytes", () => {
  expect([0, 999, 1000, 1536, 102_400, 1000 ** 2 - 1, 5 * 1000 ** 3, -2048].map(bytesText)).toEqual([
    "0 B", "999 B", "1.0 kB", "1.5 kB", "102 kB", "1.0 MB", "5.0 GB", "−2.0 kB",
  ]);
  expect(bytesText(null)).toBe("–");
});

test("durations", () => {
  expect([0, 0.0004, 0.0042, 0.9996, 1.844, 9.999, 59.96, 61, 125, 3_600, 11_045, 183_600].map(durationText)).toEqual([
    "0 ms", "<1 ms", "4 ms", "1.00 s", "1.84 s", "10.0 s", "1 min", "1 min 1 s", "2 min 5 s", "1 h", "3 h 4 min", "2 d 3 h",
  ]);
  expect(durationText(undefined)).toBe("–");
});

test("figures to four digits", () => {
  expect([1234567.8912, 0.0123456, 12.5, 1e-9, 3, NaN, 0].map(figureText)).toEqual(["1,234,567.9", "0.01235", "12.5", "1.000e-9", "3", "NaN", "0"]);
  expect(countText(1234567)).toBe("1,234,567");
});

test("items are told by their label, or their number", () => {
  expect([taskText("a", null), taskText("a", 3), taskText("a", 3, "Lima")]).toEqual(["a", "a [3]", "a [Lima]"]);
});
