import { expect, test } from "vitest";
import type { Words } from "../Worded";
import { begunText, inTime, type RunEvent, toldOf } from "./history";

const event = (kind: string, more: Partial<RunEvent> = {}): RunEvent =>
  ({ id: 1, at: "2026-03-01T10:00:00Z", kind, task: null, map_index: null, label: null, attempt: null, data: null, ...more });

/** Names in brackets. */
const said = (words: Words): string => words.map((word) => (typeof word === "string" ? word : `[${word.name}]`)).join("");

test.each([
  [event("run.running"), "started", "running"],
  [event("run.running", { data: { generation: 2, from: null, by: "page" } }), "generation 2: retried by somebody on the page", "running"],
  [event("run.running", { data: { generation: 3, from: "clean", by: "ana", params: { rows: 9 }, params_before: { rows: 5 } } }), "generation 3: retried from [clean] by ana, with rows 5 → 9", "running"],
  [event("run.cancelling", { data: { by: "ana" } }), "is being cancelled by ana", "cancelling"],
  [event("run.cancelling", { data: { by: "ana", reason: "user" } }), "is being cancelled by ana", "cancelling"],
  [event("run.paused", { data: { by: "page", reason: "user" } }), "was paused by somebody on the page", "paused"],
  [event("run.paused", { data: { reason: "breakpoint", task: "clean" } }), "rests before [clean]", "paused"],
  [event("run.paused", { data: { reason: "approval" } }), "waits for an answer", "paused"],
  [event("run.failed", { data: { reason: "user_error" } }), "failed (user error)", "failed"],
  [event("run.succeeded"), "succeeded", "succeeded"],
  [event("task_run.retrying", { task: "a", data: { reason: "user_error", delay: 0.05 } }), "failed, and is tried again in 50 ms", "retrying"],
  [event("task_run.expanded", { task: "a", data: { items: 1200 } }), "was spread over 1,200 items", undefined],
  [event("task_run.upstream_failed", { task: "a" }), "upstream failed", "upstream_failed"],
  [event("log_lost", { task: "a", attempt: 1, data: { error: "Permission denied" } }), "lost its log: Permission denied", undefined],
  [event("something.new_here"), "new here", undefined],
  [event("task_run.succeeded", { task: "a", data: { reason: "cached", run: "38fztrgh9ej9e" } }), "took its result from run 38fztrgh9ej9e", "succeeded"],
  [event("task_run.succeeded", { task: "a", data: { reason: "cached" } }), "succeeded (cached)", "succeeded"],
  [event("breakpoints_changed", { data: { by: "page", breakpoints: ["a", "b"] } }), "was given breakpoints by somebody on the page: [a], [b]", undefined],
  [event("breakpoints_changed", { data: { by: "page", breakpoints: [] } }), "was freed of breakpoints by somebody on the page", undefined],
  [event("odd"), "odd", undefined],
])("%o", (given, text, state) => {
  const told = toldOf(given);
  expect(said(told.words)).toBe(text);
  expect(told.state).toBe(state);
});

test.each([
  ["manual", null, "page", "created by somebody on the page"],
  ["manual", null, null, "created by hand"],
  ["schedule", "every-hour", "page", "created by schedule every-hour"],
])("a run that was begun by %s %s, asked for by %s, was %s", (kind, name, by, text) => {
  expect(begunText({ kind, name, at: "2026-03-01T10:00:00Z" } as Parameters<typeof begunText>[0], [event("run.running"), event("run.created", { data: by === null ? null : { by } })])).toBe(text);
});

test("events of tasks are told by task, item and attempt", () => {
  expect(toldOf(event("task_run.running", { task: "each", map_index: 2, label: "Lima", attempt: 2 }))).toMatchObject({ task: "each [Lima]", attempt: 2 });
  expect(toldOf(event("run.running")).task).toBeUndefined();
});

test("events of one commit stand by their own times", () => {
  const [started, ended, other, late] = [
    event("task_run.running", { id: 1, at: "2026-03-01T10:00:00.354456Z" }), event("task_run.succeeded", { id: 2, at: "2026-03-01T10:00:00.354703Z" }),
    event("task_run.running", { id: 3, at: "2026-03-01T10:00:00.347567Z" }), event("run.succeeded", { id: 4, at: "2026-03-01T10:00:00.354703Z" }),
  ];
  expect(inTime([started, late, ended, other])).toEqual([other, started, ended, late]);
});
