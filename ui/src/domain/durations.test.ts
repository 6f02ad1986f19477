import { expect, test } from "vitest";
import { secondsOf, writtenDuration } from "./durations";

test.each([
  ["90", 90], ["1h30m", 5400], ["250ms", 0.25], ["2 min", 120], ["1w", 604800], ["soon", NaN], ["5 apples", NaN], ["", NaN],
])("%s lasts %d seconds", (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test.each([0, 0.25, 59, 60, 5400, 90061.5])("%d seconds are written so that they can be read", (seconds) => {
  expect(secondsOf(writtenDuration(seconds))).toBeCloseTo(seconds, 6);
});
