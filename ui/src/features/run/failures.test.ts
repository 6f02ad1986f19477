import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { allowedFailuresOf, doingText, failuresOf, heldBackBy, nextFailure, scrolls } from "./failures";

type Run = Schemas["RunDocument"];
type Task = Schemas["TaskDocument"];
const error = (message: string) => ({ type: "ValueError", message, traceback: null });
const attempt = (n: number, message: string | null) => ({ n, generation: 1, error: message === null ? null : error(message) }) as Task["attempts"][number];
const task = (name: string, state: Task["state"], ended: string, attempts: Task["attempts"] = [], map_index: number | null = null) =>
  ({ name, map_index, label: null, state, reason: null, ended_at: ended, generation: 1, attempts }) as Task;
const run = (tasks: Task[], cause?: { task: string; map_index?: number | null }) =>
  ({ tasks, error: cause ? { ...error("x"), map_index: null, ...cause } : null }) as Run;

const tasks = [
  task("c", "failed", "2026-01-01T00:00:03Z", [attempt(1, "first"), attempt(2, "second")]),
  task("a", "failed", "2026-01-01T00:00:01Z", [attempt(1, "early")]),
  task("m", "failed", "2026-01-01T00:00:02Z", [], 4),
  task("w", "warning", "2026-01-01T00:00:02Z", [attempt(1, "allowed")]),
  task("u", "upstream_failed", "2026-01-01T00:00:04Z"),
];

test("failures in the order in which they came, the run's own cause first", () => {
  expect(failuresOf(run(tasks)).map(({ task }) => task)).toEqual(["a", "m", "c"]);
  expect(failuresOf(run(tasks, { task: "c" })).map(({ task }) => task)).toEqual(["c", "a", "m"]);
  expect(failuresOf(run(tasks, { task: "m", map_index: 4 }))[0]?.mapIndex).toBe(4);
});

test("the latest attempt that failed speaks", () => {
  expect(failuresOf(run(tasks, { task: "c" }))[0]).toMatchObject({ attempt: 2, generation: 1, error: { message: "second" } });
});

test("a task that no attempt brought down has an error of its own", () => {
  const rejected = { ...task("ok", "failed", "2026-01-01T00:00:09Z"), error: error("rejected by ann: too much") } as Task;
  expect(failuresOf(run([rejected]))[0]).toMatchObject({ attempt: null, error: { message: "rejected by ann: too much" } });
});

test("of a run that was retried the last generation speaks", () => {
  const lived = task("a", "failed", "2026-01-01T00:00:09Z", [attempt(1, "before"), { ...attempt(1, "now"), generation: 2 }, { ...attempt(2, null), generation: 2 }]);
  expect(failuresOf(run([{ ...lived, generation: 2 }]))[0]).toMatchObject({ attempt: 1, generation: 2, error: { message: "now" } });
});

test("allowed failures and tasks that only follow are told apart", () => {
  expect(allowedFailuresOf(run(tasks)).map(({ task }) => task)).toEqual(["w"]);
  expect(heldBackBy(run(tasks))).toBe(1);
});

test("walking goes round", () => {
  const failures = failuresOf(run(tasks));
  expect(nextFailure(failures, {})?.task).toBe("a");
  expect(nextFailure(failures, { task: "a" })?.task).toBe("m");
  expect(nextFailure(failures, { task: "c" })?.task).toBe("a");
  expect(nextFailure(failures, { task: "a" }, -1)?.task).toBe("c");
  expect(nextFailure(failures, { task: "w" })?.task).toBe("a");
  expect(nextFailure([], { task: "a" })).toBeUndefined();
});

test("a load or save that failed is named", () => {
  const error = { task: null, map_index: null, label: null, type: null, message: null, traceback: null, file: null, line: null };
  expect(doingText({ ...error, operation: "save", dataset: "model" })).toBe("while saving 'model'");
  expect(doingText({ ...error, operation: "load", dataset: null })).toBe("while loading");
  expect(doingText({ ...error, operation: null, dataset: null })).toBeNull();
  expect(doingText(null)).toBeNull();
});

test("a message that is cut at ten lines can be scrolled by keys", () => {
  expect([null, undefined, "", "short", "a\nb"].map(scrolls)).toEqual([false, false, false, false, false]);
  expect(scrolls("line\n".repeat(12))).toBe(true);
  expect(scrolls("word ".repeat(100))).toBe(true);
});
