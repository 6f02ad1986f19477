import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { usesOf, wholeOf } from "./shares";

type Task = Schemas["TaskDocument"];
const attempt = (more: Partial<Task["attempts"][number]>) =>
  ({ n: 1, started_at: "2026-03-01T10:00:00Z", duration: 2, peak_rss_bytes: 100, cpu_seconds: 1, read_bytes: 10, written_bytes: 0, ...more }) as Task["attempts"][number];
const task = (name: string, attempts: Task["attempts"], rows: (number | null)[] = []) =>
  ({ name, map_index: null, label: null, attempts, outputs: rows.map((count) => ({ rows: count })) }) as Task;

test("peaks are the greatest, sums are over all attempts, throughput of the last", () => {
  const [use] = usesOf([task("load", [attempt({ duration: 6, peak_rss_bytes: 900 }), attempt({ n: 2, cpu_seconds: 3 })], [40, null, 60])]);
  expect(use).toMatchObject({ attempts: 2, memory: 900, cpu: 4, read: 20, duration: 2, rows: 100, rowsPerSecond: 50, busy: 0.5 });
});

test("what was not measured is not nought; what was not started is left out", () => {
  const uses = usesOf([task("a", [attempt({ peak_rss_bytes: null, cpu_seconds: null, duration: 0 })], [5]), task("b", []), task("c", [attempt({ started_at: null })])]);
  expect(uses).toHaveLength(1);
  expect(uses[0]).toMatchObject({ memory: null, cpu: null, busy: null, rows: 5, rowsPerSecond: null });
});

test("the whole names who needed most memory", () => {
  const whole = wholeOf(usesOf([task("a", [attempt({})]), task("b", [attempt({ peak_rss_bytes: 700, written_bytes: 5 })], [3])]));
  expect(whole).toEqual({ cpu: 2, read: 20, written: 5, rows: 3, memory: 700, memoryOf: "b" });
  expect(wholeOf([])).toEqual({ cpu: 0, read: null, written: null, rows: 0, memory: null, memoryOf: null });
});
