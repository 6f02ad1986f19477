import { describe, expect, test } from "vitest";
import type { Comparison } from "../../api/comparison";
import { clearlyOther, countsOf, outputDiffers, type OutputPair, taskDiffers, timesText, valueText } from "./differences";
import { pairOf } from "./made";

test("a duration differs from a fifth on, and from 50 ms on", () => {
  expect(clearlyOther(10, 11.9)).toBe(false);
  expect(clearlyOther(10, 12.6)).toBe(true);
  expect(clearlyOther(0.01, 0.055)).toBe(false);
  expect(clearlyOther(0.01, 0.07)).toBe(true);
  expect(clearlyOther(12.6, 10)).toBe(true);
  expect(clearlyOther(null, null)).toBe(false);
});

describe("how many times", () => {
  test.each([
    [1, 2.13, "2.1×"], [1, 2, "2×"], [2, 1, "0.5×"], [1, 1.02, ""], [1, 1, ""], [1, 1234.4, "1,234×"], [1, 9.96, "10×"],
    [1000, 1, "<0.01×"], [4, 0, "0×"], [0, 4, ""], [null, 4, ""], [4, null, ""], [-1, 2, ""], [1, -2, ""],
  ])("%s became %s: %s", (first, second, said) => {
    expect(timesText(first, second)).toBe(said);
  });
});

test("a task differs that is in one run only, ended otherwise, for another reason, or after another number of attempts", () => {
  const [one, failed] = [{ duration: 1 }, { duration: 1, state: "failed" as const }];
  expect(taskDiffers(pairOf("a", one, one))).toBe(false);
  expect(taskDiffers(pairOf("a", one, null))).toBe(true);
  expect(taskDiffers(pairOf("a", one, failed))).toBe(true);
  expect(taskDiffers(pairOf("a", failed, { ...failed, reason: "timeout" }))).toBe(true);
  expect(taskDiffers(pairOf("a", one, { ...one, attempts: 2 }))).toBe(true);
  expect(taskDiffers(pairOf("a", one, { duration: 3 }))).toBe(true);
});

test("an output differs by rows, by bytes, by kind, and by columns alone", () => {
  const made = { kind: "table", bytes: 10, rows: 2 };
  const pair: OutputPair = { task: "a", map_index: null, label: null, dataset: "a", first: made, second: made, columns: [] };
  expect(outputDiffers(pair)).toBe(false);
  expect(outputDiffers({ ...pair, second: { ...made, rows: 3 } })).toBe(true);
  expect(outputDiffers({ ...pair, second: { ...made, bytes: null } })).toBe(true);
  expect(outputDiffers({ ...pair, second: { ...made, kind: "json" } })).toBe(true);
  expect(outputDiffers({ ...pair, second: null })).toBe(true);
  expect(outputDiffers({ ...pair, columns: [{ name: "at", first: "date", second: null, same: false }] })).toBe(true);
});

describe("counts", () => {
  const run = { id: "1", pipeline: "p", namespace: "n", state: "succeeded", created_at: "2026-01-01T00:00:00Z", duration: 1 } as const;
  const same: Comparison["definition"] = { same: true, code_same: true, added: [], removed: [], changed: [], facts: [] };
  const found: Comparison = {
    first: run, second: run, facts: [], labels: [], definition: same, outputs: [], metrics: [],
    params: [{ name: "day", first: 1, second: 2, same: false }, { name: "full", first: 1, second: 1, same: true }],
    tasks: [pairOf("a", { duration: 1 }, { duration: 4 }), pairOf("b", { duration: 1 }, { duration: 1 })],
  };
  const definition = (changes: Comparison["definition"], versionSame = false) =>
    countsOf({ ...found, definition: changes, facts: [{ name: "version", first: "a", second: versionSame ? "a" : "b", same: versionSame }] }).definition.differ;

  test("of what differs, and of all", () => {
    const counts = countsOf(found);
    expect(counts.params).toEqual({ differ: 1, all: 2 });
    expect(counts.tasks).toEqual({ differ: 1, all: 2 });
    expect(counts.labels).toEqual({ differ: 0, all: 0 });
  });
  test("of a definition: what has a name, else the code that no task names, else that nothing is known", () => {
    expect(definition(same)).toBe(0);
    expect(definition({ ...same, same: false, added: ["a"], removed: ["b"], changed: [{ task: "c", facts: [], source: "" }] })).toBe(3);
    expect(definition({ ...same, same: false, code_same: false })).toBe(1);
    expect(definition(null)).toBe(1);
    expect(definition(null, true)).toBe(0);
  });
});

test("values are told as they are written", () => {
  expect([valueText("a b"), valueText(1), valueText(["a"]), valueText(false), valueText(null)]).toEqual(["a b", "1", '["a"]', "false", ""]);
  expect(valueText({ on: [1, [], "[ \n {"], off: {} })).toBe('{"on": [1, [], "[ \\n {"], "off": {}}');
});
