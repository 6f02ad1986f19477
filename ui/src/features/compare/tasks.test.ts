import { expect, test } from "vitest";
import { pairOf } from "./made";
import { longestOf, type TaskListing, taskRows } from "./tasks";

const LISTING: TaskListing = { all: true, text: "", order: "change" };
const PAIRS = [
  pairOf("read", { duration: 5 }, { duration: 5.1 }),
  pairOf("clean", { duration: 9 }, { duration: 2 }),
  pairOf("gone", { duration: 3 }, null),
  pairOf("model", { duration: 1 }, { duration: 0.9, state: "failed" }),
  pairOf("waits", null, { state: "skipped" }),
  pairOf("forecast", { duration: 1 }, { duration: 2.5 }, { map_index: 4, label: "Lima" }),
];
const names = (more: Partial<TaskListing>) => taskRows(PAIRS, { ...LISTING, ...more }).map(({ name }) => name);

test("what failed in one of them comes first, then what changed by most seconds either way", () => {
  expect(names({})).toEqual(["model", "clean", "gone", "forecast [Lima]", "read", "waits"]);
});

test("or all as the definition has it", () => {
  expect(names({ order: "definition" })).toEqual(["read", "clean", "gone", "model", "waits", "forecast [Lima]"]);
});

test("what differs in nothing is left out unless all is asked for", () => {
  expect(names({ all: false, order: "definition" })).not.toContain("read");
  expect(names({ all: false })).toHaveLength(5);
});

test("a text is looked for in names and items, whatever their case", () => {
  expect(names({ text: " LIMA" })).toEqual(["forecast [Lima]"]);
  expect(names({ text: "E" })).toEqual(["model", "clean", "gone", "forecast [Lima]", "read"]);
});

test("what a run has not took none of its time, and what has no time is not told to have changed", () => {
  const deltas = Object.fromEntries(taskRows(PAIRS, LISTING).map(({ name, delta }) => [name, delta]));
  expect(deltas["gone"]).toBe(-3);
  expect(deltas["waits"]).toBeNull();
});

test("bars are drawn against the longest of both runs, of the rows that are shown", () => {
  expect(longestOf(taskRows(PAIRS, LISTING))).toBe(9);
  expect(longestOf(taskRows(PAIRS, { ...LISTING, text: "lima" }))).toBe(2.5);
  expect(longestOf([])).toBe(0);
});

test("rows have keys of their own, also where items of both runs have one number", () => {
  const rows = taskRows([pairOf("day", { duration: 1 }, null, { map_index: 0, label: "a" }), pairOf("day", null, { duration: 1 }, { map_index: 0, label: "b" }), pairOf("day", { duration: 1 }, null, { map_index: 0, label: "b" })], LISTING);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(3);
});
