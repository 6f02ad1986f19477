import { expect, test } from "vitest";
import { matching, sorted, type Summary } from "./list";

function summary(name: string, more: Partial<Summary> = {}): Summary {
  return {
    name, namespace: "default", description: "", version: "v", tags: [], labels: {}, tasks: 1, file: null, present: true, problem: null,
    runs_total: 0, recent: [], success_rate: null, median_duration: null, p95_duration: null, next_run_at: null, ...more,
  };
}
const names = (items: Summary[]) => items.map((item) => item.name);

test("every word has to be somewhere", () => {
  const items = [summary("orders", { tags: ["daily"], labels: { team: "Data" } }), summary("prices", { namespace: "shop" })];
  expect(names(matching(items, "DAILY team=data"))).toEqual(["orders"]);
  expect(names(matching(items, "shop daily"))).toEqual([]);
  expect(names(matching(items, " "))).toEqual(["orders", "prices"]);
});

test("orders", () => {
  const items = [
    summary("b10", { success_rate: 1, median_duration: 2, runs_total: 3 }),
    summary("b9", { success_rate: 0.5, median_duration: 9, runs_total: 1 }),
    summary("a"),
  ];
  expect(names(sorted(items, "name"))).toEqual(["a", "b9", "b10"]);
  expect(names(sorted(items, "success"))).toEqual(["b9", "b10", "a"]);
  expect(names(sorted(items, "median"))).toEqual(["b9", "b10", "a"]);
  expect(names(sorted(items, "runs"))).toEqual(["b10", "b9", "a"]);
});
