import { expect, test } from "vitest";
import { freshKey, readLabels, sliceProblem } from "./ask";

test("labels are read up to their first =", () => {
  expect(readLabels(["team=data", "note = a=b"])).toEqual({ labels: { team: "data", note: "a=b" }, problem: null });
  expect(readLabels(["team=data", "alone"]).problem).toBe("“alone” is no label: write key=value");
  expect(readLabels(["=x"]).problem).not.toBeNull();
});

test("only stands alone", () => {
  expect(sliceProblem({ from: ["a"], to: ["b"], only: [] })).toBeNull();
  expect(sliceProblem({ from: ["a"], to: [], only: ["b"] })).toContain("only");
});

test("keys differ", () => {
  expect(freshKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(freshKey()).not.toBe(freshKey());
});
