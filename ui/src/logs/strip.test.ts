import { expect, test } from "vitest";
import { isoOf, linesIn, microsOf, pathsOf, rangeOf, shareOf, sliceAt, slicesOf, stripOf } from "./strip";

const AFTER = "2026-03-01T08:00:00.000000Z";
const BEFORE = "2026-03-01T08:00:10.000001Z";
const slices = {
  after: AFTER, before: BEFORE,
  levels: { debug: [0, 0, 5, 0], info: [90, 0, 95, 10], warning: [0, 0, 0, 1], error: [1, 0, 0, 0], critical: [1, 0, 0, 0], none: [0, 0, 0, 0] },
};
const strip = stripOf(slices)!;

test("levels are told apart as calm, warning and bad", () => {
  expect(strip.bands).toEqual({ bad: [2, 0, 0, 0], warning: [0, 0, 0, 1], calm: [90, 0, 100, 10] });
  expect([strip.totals, strip.most]).toEqual([[92, 0, 100, 11], 100]);
});

test("there is no strip without lines, and none where no time goes by", () => {
  expect(stripOf({ after: null, before: null, levels: { info: [] } })).toBeNull();
  expect(stripOf({ after: AFTER, before: "2026-03-01T08:00:00.000001Z", levels: slices.levels })).toBeNull();
});

test("every slice with an error shows it, however many other lines there are", () => {
  const many = stripOf({ ...slices, levels: { info: [1_000_000, 0, 0, 0], error: [1, 0, 0, 0] } })!;
  const { bad, calm } = pathsOf(many, 40);
  expect(bad).toBe("M0.06 35h.88v5h-.88z");
  expect(calm).toBe("M0.06 0h.88v35h-.88z");
  expect(pathsOf(strip, 40).warning).toBe("M3.06 37h.88v3h-.88z");
});

test("a range holds whole slices, in either direction, and nothing between two of them is lost", () => {
  const [from, until] = rangeOf(strip, 2, 1);
  expect([from, until]).toEqual(["2026-03-01T08:00:02.500000Z", "2026-03-01T08:00:07.500000Z"]);
  expect(rangeOf(strip, 0, 0)).toEqual([AFTER, from]);
  expect(rangeOf(strip, 3, 3)).toEqual([until, BEFORE]);
  const odd = stripOf({ ...slices, before: "2026-03-01T08:00:09.999998Z" })!;
  for (let slice = 0; slice < 4; slice++) expect(slicesOf(odd, rangeOf(odd, slice, 3))).toEqual([slice, 4]);
  expect([linesIn(strip, 1, 3), linesIn(strip, 0, 4), linesIn(strip, 2, 1)]).toEqual([100, 203, 0]);
});

test("places and slices go together", () => {
  expect([0, 0.26, 0.5, 1].map((share) => sliceAt(strip, share))).toEqual([0, 1, 2, 3]);
  expect(shareOf(strip, "2026-03-01T08:00:05.0000005Z")).toBeCloseTo(0.5);
  expect([shareOf(strip, "2026-02-01T08:00:00Z"), shareOf(strip, "2026-03-01T09:00:00Z")]).toEqual([0, 1]);
});

test("times keep their microseconds", () => {
  for (const at of ["2026-03-01T08:00:00.123456Z", "1970-01-01T00:00:00.000001Z", "2099-12-31T23:59:59.999999Z"]) expect(isoOf(microsOf(at))).toBe(at);
  expect(isoOf(microsOf("2026-03-01T08:00:00.5+02:00"))).toBe("2026-03-01T06:00:00.500000Z");
});
