import { expect, test } from "vitest";
import { rank, step } from "./steps";
import { sinceText, timeText } from "./times";

const places = [3, 10, 11, 500];

test("walks on and back, round the ends", () => {
  expect(step(places, -1, 1)).toBe(0);
  expect(step(places, 3, 1)).toBe(1);
  expect(step(places, 10, -1)).toBe(0);
  expect(step(places, 3, -1)).toBe(3);
  expect(step(places, 500, 1)).toBe(0);
  expect(step([], 5, 1)).toBeUndefined();
});

test("the rank counts what is below", () => {
  expect([0, 3, 4, 11, 501].map((value) => rank(places, value))).toEqual([0, 0, 1, 2, 4]);
});

test("time since the start grows by units", () => {
  expect([0, 2.0414, 62.5, 3_600, 59.9996, -0.25].map(sinceText)).toEqual(["+0.000", "+2.041", "+1:02.500", "+1:00:00.000", "+1:00.000", "−0.250"]);
  expect(timeText("2026-03-01T10:00:02.5Z", "since", Date.parse("2026-03-01T10:00:00Z"))).toBe("+2.500");
  expect(timeText("never", "clock", 0)).toBe("never");
  expect(timeText("2026-03-01T10:00:02.5Z", "none", 0)).toBe("");
});
