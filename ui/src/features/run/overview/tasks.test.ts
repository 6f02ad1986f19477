import { expect, test } from "vitest";
import { countsOf, rowsOf, type Task, type TaskListing } from "./tasks";

const task = (name: string, more: Partial<Task> = {}): Task => ({
  name, map_index: null, label: null, kind: "python", state: "succeeded", reason: null, generation: 1,
  created_at: "2026-03-01T10:00:00Z", queued_at: null, started_at: null, ended_at: null, duration: null, queued_for: null,
  progress: null, error: null, attempts: [], inputs: [], outputs: [], metrics: [], ...more,
});
const item = (index: number, more: Partial<Task> = {}) => task("each", { map_index: index, label: `city ${index}`, ...more });
const plain: TaskListing = { sort: "order", descending: false, text: "", states: new Set(), open: new Set() };
const names = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => (row.items === undefined ? row.key : `${row.name} × ${row.items}`));
const output = (rows: number | null, bytes: number) => ({ dataset: "d", kind: "json", bytes, rows, columns: null });

const tasks = [
  task("load", { duration: 5, outputs: [output(100, 40), output(null, 2)] }),
  task("report", { duration: null, state: "upstream_failed" }),
  item(0, { duration: 1, started_at: "2026-03-01T10:00:01Z", ended_at: "2026-03-01T10:00:02Z", outputs: [output(3, 7)] }),
  item(1, { duration: 9, state: "failed", started_at: "2026-03-01T10:00:00.500Z", ended_at: "2026-03-01T10:00:09.500Z" }),
  item(2, { duration: 4, outputs: [output(4, 7)] }),
];

test("items stand below their task, when it is open", () => {
  expect(names(rowsOf(tasks, plain))).toEqual(["load", "report", "each × 3"]);
  expect(names(rowsOf(tasks, { ...plain, open: new Set(["each"]) }))).toEqual(["load", "report", "each × 3", "each\n0", "each\n1", "each\n2"]);
});

test("a fan-out's row tells of all: what went wrong, sums, the time from first to last", () => {
  const row = rowsOf(tasks, plain)[2];
  expect(row).toMatchObject({ state: "failed", counts: { succeeded: 2, failed: 1 }, rows: 7, bytes: 14, duration: 9 });
});

test("what items that ran again waited for that is no time of their fan-out", () => {
  const again = item(1, { generation: 2, started_at: "2026-03-03T10:00:00Z", ended_at: "2026-03-03T10:00:05Z" });
  const kept = item(0, { started_at: "2026-03-01T10:00:00Z", ended_at: "2026-03-01T10:00:02Z" });
  expect(rowsOf([kept, again], plain)[0]).toMatchObject({ duration: 7, since: null });
  const live = { ...again, state: "running" as const, ended_at: null };
  expect(rowsOf([kept, live], plain)[0]?.since).toBe(Date.parse("2026-03-03T10:00:00Z") - 2000);
});

test("a fan-out that still runs has no end", () => {
  const row = rowsOf([item(0, { ended_at: "2026-03-01T10:00:02Z" }), item(1, { state: "running" })], plain)[0];
  expect(row).toMatchObject({ state: "running", duration: null });
});

test("sorting by a figure puts what has none last, both ways, and items within their task", () => {
  const open = new Set(["each"]);
  expect(names(rowsOf(tasks, { ...plain, open, sort: "duration" }))).toEqual(["load", "each × 3", "each\n0", "each\n2", "each\n1", "report"]);
  expect(names(rowsOf(tasks, { ...plain, open, sort: "duration", descending: true }))).toEqual(["each × 3", "each\n1", "each\n2", "each\n0", "load", "report"]);
  expect(names(rowsOf(tasks, { ...plain, sort: "task" }))).toEqual(["each × 3", "load", "report"]);
});

test("text and states leave only what fits, also among items", () => {
  expect(names(rowsOf(tasks, { ...plain, text: " CITY 1 ", open: new Set(["each"]) }))).toEqual(["each × 1", "each\n1"]);
  expect(names(rowsOf(tasks, { ...plain, states: new Set(["upstream_failed"] as const) }))).toEqual(["report"]);
});

test("counts by state in one order", () => {
  expect(countsOf(tasks)).toEqual([["failed", 1], ["upstream_failed", 1], ["succeeded", 3]]);
});

test("a task stands behind those whose values it takes, however late their items came", () => {
  const late = [task("warmest", { inputs: ["each"] }), task("report", { inputs: ["warm"] }), item(0), item(1), task("mild", { outputs: [{ ...output(1, 1), dataset: "warm" }], inputs: ["report"] })];
  expect(names(rowsOf(late, plain))).toEqual(["each × 2", "warmest", "mild", "report"]);
});

test("ten thousand tasks in a chain are put in order", () => {
  const chain = Array.from({ length: 10_000 }, (_, at) => task(`t${at}`, { inputs: at === 0 ? [] : [`t${at - 1}`] }));
  expect(rowsOf(chain, plain)).toHaveLength(10_000);
});
