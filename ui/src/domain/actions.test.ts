import { describe, expect, test } from "vitest";
import { ALLOWED, headActions, retryFromRefusal, type Role, type RunAction, runRefusal, runStatesToSet, setFollows, setRefusal, stageRefusal, taskStatesToSet } from "./actions";
import { RUN_STATES, type RunState, TASK_STATES, type TaskState } from "./states";

// By hand: what the table says is compared with what was asked for.
const OFFERED: Record<RunState, RunAction[]> = {
  created: ["cancel", "replay"],
  queued: ["cancel", "force-run", "replay"],
  running: ["cancel", "pause", "replay"],
  paused: ["cancel", "resume", "replay"],
  cancelling: ["replay"],
  failed: ["retry", "replay", "set-state", "delete"],
  warning: ["retry", "replay", "set-state", "delete"],
  cancelled: ["retry", "replay", "set-state", "delete"],
  succeeded: ["replay", "set-state", "delete"],
  skipped: ["replay", "set-state", "delete"],
};

describe("each action is offered in exactly the states that allow it", () => {
  const actions = Object.keys(ALLOWED) as RunAction[];
  for (const state of RUN_STATES) {
    test(state, () => {
      const offered = actions.filter((action) => runRefusal(action, { state, reason: null }) === null);
      expect(offered.toSorted()).toEqual(OFFERED[state].toSorted());
      for (const action of actions) if (!offered.includes(action)) expect(runRefusal(action, { state, reason: null })).toMatch(/^The run .*[a-z]\.$/);
    });
  }
});

test("what stands in the head is allowed, and there is always something while a run is not being cancelled", () => {
  for (const state of RUN_STATES) {
    const shown = headActions({ state, reason: null });
    expect(shown.filter((action) => runRefusal(action, { state, reason: null }) !== null)).toEqual([]);
    expect(shown.length > 0).toBe(state !== "cancelling");
  }
  expect(headActions({ state: "failed", reason: null, facts: { recorded_by: "kedro" } })).toEqual([]);
});

test("runs of other tools are only deleted here", () => {
  const run = { state: "failed", reason: null, facts: { recorded_by: "kedro" } } as const;
  expect(runRefusal("retry", run)).toContain("only recorded here");
  expect(retryFromRefusal(run)).toContain("only recorded here");
  expect(retryFromRefusal({ ...run, state: "succeeded" })).toContain("only recorded here");
  expect(runRefusal("delete", run)).toBeNull();
});

test("while a run goes on, states are set of what is at its stage", () => {
  const roles = new Map<string, Role>([["alarm", "on_failure"], ["tidy", "finally"]]);
  const tasks = (load: TaskState, alarm: TaskState, tidy: TaskState) => [["load", load], ["alarm", alarm], ["tidy", tidy]].map(([name, state]) => ({ name: name!, state: state as TaskState, reason: null }));
  const refusals = (...states: [TaskState, TaskState, TaskState]) => (["task", "on_failure", "finally"] as const).map((role) => stageRefusal(role, tasks(...states), roles)?.slice(0, 6) ?? null);
  expect(refusals("running", "created", "created")).toEqual([null, "It run", "It run"]);
  expect(refusals("failed", "retrying", "created")).toEqual(["The ru", null, "It run"]);
  expect(refusals("failed", "skipped", "retrying")).toEqual(["The ru", "The ru", null]);
  expect(stageRefusal("task", [{ name: "tidy", state: "skipped", reason: "slice" }], roles)).toBeNull();
});

test("from a task any run that is over is retried", () => {
  expect(retryFromRefusal({ state: "succeeded", reason: null })).toBeNull();
  expect(retryFromRefusal({ state: "running", reason: null })).toContain("is running");
});

test("a run that waits for a person or for something else than a limit is not resumed or forced", () => {
  expect(runRefusal("resume", { state: "paused", reason: "approval" })).toContain("approve");
  expect(runRefusal("force-run", { state: "queued", reason: "policy" })).toContain("something else");
  expect(runRefusal("force-run", { state: "queued", reason: "limit" })).toBeNull();
});

test("only what waits for nothing but a person is approved or rejected among many", () => {
  for (const action of ["approve", "reject"] as const) {
    expect(runRefusal(action, { state: "paused", reason: "approval" })).toBeNull();
    expect(runRefusal(action, { state: "paused", reason: "user" })).toContain("waits for an approval");
    expect(runRefusal(action, { state: "running", reason: null })).toContain("is running");
  }
  expect(headActions({ state: "paused", reason: "approval" })).toEqual(["approve", "cancel"]);
  expect(headActions({ state: "paused", reason: "user" })).toEqual(["resume", "cancel"]);
});

test("a task whose state can't be set says why, and any other has states to choose from", () => {
  for (const run of RUN_STATES) {
    for (const state of TASK_STATES) {
      const why = setRefusal({ state, reason: null }, { state: run, reason: null });
      expect(why === null, `${state} in ${run}`).toBe(taskStatesToSet(state, run).length > 0);
    }
  }
  expect(setRefusal({ state: "created", reason: null }, { state: "running", reason: null })).toContain("pause the run first");
  expect(setRefusal({ state: "created", reason: null }, { state: "paused", reason: "user" })).toBeNull();
  expect(setRefusal({ state: "succeeded", reason: null }, { state: "running", reason: null })).toContain("read from it");
  expect(setRefusal({ state: "failed", reason: null }, { state: "queued", reason: null })).toContain("is queued");
  expect(setRefusal({ state: "skipped", reason: "slice" }, { state: "failed", reason: null })).toContain("not a part");
  expect(setRefusal({ state: "failed", reason: null }, { state: "failed", reason: null, facts: { recorded_by: "kedro" } })).toContain("only recorded here");
});

test("who sets the state of a task of a run that is over reads what becomes of its fan-out and of the run", () => {
  expect(setFollows({ state: "failed", reason: null }, null)).toBe("The run itself stays as it is, failed: retry it to go on from there, or set its state too.");
  expect(setFollows({ state: "failed", reason: null }, 3)).toMatch(/^Its fan-out ends as its items did: as the worst of them. The run itself stays/);
  expect(setFollows({ state: "succeeded", reason: null }, null)).toBe("The run itself stays as it is, succeeded: its state can be set too.");
});

test("a state is never set to itself, nor one that is under way", () => {
  for (const run of RUN_STATES) {
    for (const task of TASK_STATES) expect(taskStatesToSet(task, run)).not.toContain(task);
    expect(taskStatesToSet("running", run)).toEqual([]);
    expect(runStatesToSet(run)).not.toContain(run);
  }
  expect(runStatesToSet("running")).toEqual([]);
  expect(taskStatesToSet("failed", "running")).toEqual(["succeeded", "skipped"]);
  expect(taskStatesToSet("created", "running")).toEqual([]);
});
