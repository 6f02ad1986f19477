import { expect, test } from "vitest";
import { agoText, bytesText, countText, durationText, errorText, figureText, taskText } from "./formats";
import cases from "./formats.cases.json";

/** 15 November 2023, noon, in milliseconds since 1970. */
const NOW = Date.UTC(2023, 10, 15, 12);

// The command line is held to the same, by tests/cli/test_amounts.py.
test.each(cases.sizes as [number, string][])("%d bytes are %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each(cases.durations as [number, string][])("%d seconds are %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test.each(cases.distances as [number, string][])("%d seconds before now are %s", (seconds, text) => {
  expect(agoText(NOW - seconds * 1000, NOW)).toBe(text);
});

test("what is to come is now, what is long past has its day", () => {
  expect(agoText(NOW + 5_000, NOW)).toBe("now");
  expect(agoText(NOW - 14 * 86_400_000, NOW)).toMatch(/^(1 Nov|Nov 1)$/);
  expect(agoText(NOW - 400 * 86_400_000, NOW)).toContain("2022");
});

test("differences have a sign, and what is not known a dash", () => {
  expect([bytesText(-2048), durationText(-90), bytesText(null), durationText(undefined)]).toEqual(["−2.0 kB", "−1 min 30 s", "–", "–"]);
});

test("figures to four digits", () => {
  expect([1234567.8912, 0.0123456, 12.5, 1e-9, 3, NaN, 0].map(figureText)).toEqual(["1,234,567.9", "0.01235", "12.5", "1.000e-9", "3", "NaN", "0"]);
  expect(countText(1234567)).toBe("1,234,567");
});

test("items are told by their label, or their number", () => {
  expect([taskText("a", null), taskText("a", 3), taskText("a", 3, "Lima")]).toEqual(["a", "a [3]", "a [Lima]"]);
});

test("an error that says nothing is told by its class alone", () => {
  expect([errorText("ValueError", "no"), errorText("AssertionError", ""), errorText(null, "gone")]).toEqual(["ValueError: no", "AssertionError", "gone"]);
});
