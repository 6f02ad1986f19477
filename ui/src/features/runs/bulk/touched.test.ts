import { expect, test } from "vitest";
import type { RunSummary } from "../../../api/runs";
import { partsOf, statesToSet, touchedBy } from "./touched";

const run = (pipeline: string, state: RunSummary["state"], namespace = "default"): RunSummary =>
  ({ id: pipeline + state, pipeline, namespace, state, reason: null, tasks_total: 5, tasks_done: 2 }) as RunSummary;

test("what can't be is left out and counted by its reason; the rest is told by pipeline", () => {
  const { runs, pipelines, left, open } = touchedBy("retry", [
    run("a", "failed"), run("b", "failed", "shop"), run("b", "cancelled", "shop"), run("a", "succeeded"), run("c", "succeeded"), run("a", "running"),
  ]);
  expect(runs.map(({ state }) => state)).toEqual(["failed", "failed", "cancelled"]);
  expect(pipelines).toEqual([["shop / b", 2], ["a", 1]]);
  expect(left).toEqual([[expect.stringContaining("succeeded"), 2], [expect.stringContaining("is running"), 1]]);
  expect(open).toBe(9);
});

test("states are proposed that change something, and runs that have the state already are left out", () => {
  const [good, bad, open] = [run("a", "succeeded"), run("b", "failed"), run("c", "running")];
  expect(statesToSet([good, bad])).toEqual(["succeeded", "warning", "failed", "cancelled"]);
  expect(statesToSet([good, open])).toEqual(["warning", "failed", "cancelled"]);
  expect(statesToSet([open])).toEqual([]);
  const { runs, left } = touchedBy("set-state", [good, bad, open], "succeeded");
  expect(runs).toEqual([bad]);
  expect(left).toEqual([[expect.stringContaining("is running"), 1], [expect.stringContaining("already"), 1]]);
});

test("parts hold everything once, in order", () => {
  for (const count of [0, 1, 499, 500, 501, 1500]) {
    const values = Array.from({ length: count }, (_, at) => at);
    const parts = partsOf(values, 500);
    expect(parts.flat()).toEqual(values);
    expect(parts.every((part) => part.length > 0 && part.length <= 500)).toBe(true);
  }
});
