import { expect, test } from "vitest";
import { applyToList, applyToRun, made, type Change } from "./apply-event";

const trigger = { kind: "manual", name: null, at: "2026-01-01T00:00:00.000000Z" };
const task = (name: string, mapIndex: number | null = null) => ({
  name, map_index: mapIndex, label: null, kind: "python", state: "queued", reason: null, generation: 1, created_at: "t", queued_at: null,
  started_at: null, ended_at: null, duration: null, queued_for: null, progress: null, error: null, attempts: [], inputs: [], outputs: [], metrics: [],
});
const summary = (id: string, state: string) => ({
  id, pipeline: "p", namespace: "default", version: "v", type: "standard", state, reason: null, created_at: "t", started_at: null, ended_at: null,
  duration: null, params: {}, labels: { a: "b" }, tags: [], trigger, generation: 1, tasks_total: 2, tasks_done: 1, error: null, bytes: 3,
});
const run = { ...summary("r1", "running"), parent_id: null, replay_of: null, selection: null, tasks: [task("one"), task("fan", 0)] } as never as Parameters<typeof applyToRun>[0];
const runChange = (id: string, state: string) => ({ kind: "run", run: summary(id, state) }) as never as Change;
const taskChange = (name: string, state: string, mapIndex: number | null = null, runId = "r1") => ({
  kind: "task", run_id: runId, name, map_index: mapIndex, label: null, state, reason: null, generation: 1, queued_at: null, started_at: "t", ended_at: null,
  duration: null, progress: { done: 1, total: 2 }, attempt: state === "queued" ? null : 1, items: null, error: null,
}) as never as Change;

test("a task's change is shown at once, others stay the same objects", () => {
  const { run: next, stale } = applyToRun(run, [taskChange("one", "running")]);
  expect(next.tasks[0]).toMatchObject({ state: "running", progress: { done: 1, total: 2 } });
  expect(next.tasks[1]).toBe(run.tasks[1]);
  expect(stale).toBe(true);
  expect(applyToRun(run, [taskChange("one", "queued")]).stale).toBe(false);
});

test("a run of type debug is read anew with each change of it: its breakpoints are in no line", () => {
  expect(applyToRun({ ...run, type: "debug" }, [runChange("r1", "running")]).stale).toBe(true);
  expect(applyToRun(run, [runChange("r1", "running")]).stale).toBe(false);
});

test("of several changes the last one holds", () => {
  const { run: next } = applyToRun(run, [taskChange("one", "running"), taskChange("one", "succeeded")]);
  expect(next.tasks[0]!.state).toBe("succeeded");
});

test("items that the document does not have make it stale", () => {
  expect(applyToRun(run, [taskChange("fan", "queued", 1)]).stale).toBe(true);
});

test("changes of other runs are left alone", () => {
  expect(applyToRun(run, [taskChange("one", "failed", null, "r2"), runChange("r2", "failed")])).toEqual({ run, stale: false });
});

test("a run's own state is shown, and its end makes it stale", () => {
  const { run: next, stale } = applyToRun(run, [runChange("r1", "succeeded")]);
  expect(next.state).toBe("succeeded");
  expect(next.tasks).toBe(run.tasks);
  expect(stale).toBe(true);
});

test("lists keep their order, and are the very same without a change", () => {
  const items = [summary("r2", "running"), summary("r1", "running")] as never as Parameters<typeof applyToList>[0];
  expect(applyToList(items, [runChange("r9", "running"), taskChange("one", "failed")])).toBe(items);
  expect(applyToList(items, [runChange("r1", "failed")]).map((item) => item.state)).toEqual(["running", "failed"]);
});

test("new runs are those after the newest that is known", () => {
  const changes = [runChange("r3", "created"), runChange("r1", "failed"), taskChange("one", "failed", null, "r4")];
  expect(made(changes, "r2")).toEqual([["r3", "t"]]);
  expect(made(changes, undefined)).toHaveLength(2);
});
