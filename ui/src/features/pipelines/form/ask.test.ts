import { expect, test } from "vitest";
import { askedWay, environmentsOf, firstEnvironment, readLabels, sliceProblem } from "./ask";

test("labels are read up to their first =", () => {
  expect(readLabels(["team=data", "note = a=b"])).toEqual({ labels: { team: "data", note: "a=b" }, problem: null });
  expect(readLabels(["team=data", "alone"]).problem).toBe("“alone” is no label: write key=value");
  expect(readLabels(["=x"]).problem).not.toBeNull();
});

test("only stands alone", () => {
  expect(sliceProblem({ from: ["a"], to: ["b"], only: [] })).toBeNull();
  expect(sliceProblem({ from: ["a"], to: [], only: ["b"] })).toContain("only");
});

test("what belongs to another type of run is not asked", () => {
  expect(askedWay({ type: "standard", refresh: true, breakpoints: ["a"] })).toEqual({ type: "standard", refresh: false, breakpoints: [] });
  expect(askedWay({ type: "debug", refresh: true, breakpoints: ["a"] })).toEqual({ type: "debug", refresh: false, breakpoints: ["a"] });
  expect(askedWay({ type: "incremental", refresh: true, breakpoints: ["a"] })).toEqual({ type: "incremental", refresh: true, breakpoints: [] });
});

test("environments are a choice where there are several, and that of an earlier run is taken again", () => {
  const kedro = { environment: "local", environments: ["dev", "local", "prod"] };
  expect(environmentsOf(kedro)).toEqual(["local", "dev", "prod"]);
  expect(environmentsOf({ environment: "local", environments: [] })).toEqual([]);
  expect(environmentsOf({ environment: null, environments: [] })).toEqual([]);
  expect(firstEnvironment(kedro, "prod")).toBe("prod");
  expect(firstEnvironment(kedro, "gone")).toBe("local");
  expect(firstEnvironment({ environment: null, environments: [] }, "prod")).toBeNull();
});
