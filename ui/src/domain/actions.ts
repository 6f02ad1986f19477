/** What can be done with a run or a task, and why not: for buttons, menus, the palette and bulk actions. */
import rules from "../wire/rules.json";
import type { RunState, TaskState } from "./states";

export type RunAction = "cancel" | "pause" | "resume" | "force-run" | "approve" | "reject" | "retry" | "replay" | "set-state" | "delete";

/** What of a run the table asks about. */
export interface ActedRun {
  state: RunState;
  reason: string | null;
  /** Who wrote it down, where that was not us. */
  facts?: Readonly<Record<string, unknown>> | null;
}

/** In which states of a run the server takes each action (model/commands.py). */
const TAKEN = rules.actions as Readonly<Record<Exclude<RunAction, "reject"> | "retry-from", readonly RunState[]>>;

/** In which of them it is offered: not where it would change nothing, or nobody knows yet what the run waits for. */
export const ALLOWED: Readonly<Record<RunAction, readonly RunState[]>> = {
  cancel: TAKEN.cancel.filter((state) => state !== "cancelling"),
  pause: TAKEN.pause.filter((state) => state !== "paused"),
  resume: TAKEN.resume,
  "force-run": TAKEN["force-run"].filter((state) => state !== "created"),
  approve: TAKEN.approve,
  reject: TAKEN.approve,
  retry: TAKEN.retry,
  replay: TAKEN.replay,
  "set-state": TAKEN["set-state"],
  delete: TAKEN.delete,
};

const IS: Readonly<Record<RunState, string>> = {
  created: "has not begun", queued: "is queued", running: "is running", paused: "is paused", cancelling: "is being cancelled",
  succeeded: "succeeded", warning: "ended with warnings", failed: "failed", cancelled: "was cancelled", skipped: "was skipped",
};

const ONLY: Readonly<Record<RunAction, string>> = {
  cancel: "only one that goes on can be cancelled",
  pause: "only one that is running can be paused",
  resume: "only a paused one can be resumed",
  approve: "only one that waits for an approval can be answered",
  reject: "only one that waits for an approval can be answered",
  "force-run": "only one that waits at a limit can be forced",
  retry: "only one that is over can be retried",
  replay: "",
  "set-state": "its state can be set once it is over",
  delete: "only one that is over can be deleted",
};

/** Why an action is not allowed on a run; null where it is. */
export function runRefusal(action: RunAction, run: ActedRun): string | null {
  const elsewhere = elsewhereRefusal(run);
  if (elsewhere !== null && action !== "delete") return elsewhere;
  if (action === "retry" && (run.state === "succeeded" || run.state === "skipped")) return `The run ${IS[run.state]}, nothing of it failed: retry it from a task, or replay it.`;
  if (action === "resume" && run.state === "paused" && run.reason === "approval") return "It waits for an approval: approve or reject it.";
  // One that goes on beside its question is answered where the question is read.
  if ((action === "approve" || action === "reject") && !(run.state === "paused" && run.reason === "approval")) return `The run ${IS[run.state]}: ${ONLY[action]}.`;
  if (action === "force-run" && run.state === "queued" && run.reason !== null && run.reason !== "limit") return "It waits for something else than a limit.";
  return ALLOWED[action].includes(run.state) ? null : `The run ${IS[run.state]}: ${ONLY[action]}.`;
}

/** The actions that stand as buttons in a run's head, the most wanted first; all others are in the menu beside them. */
export function headActions(run: ActedRun): RunAction[] {
  const wanted: Readonly<Record<RunState, readonly RunAction[]>> = {
    created: ["cancel"], queued: ["force-run", "cancel"], running: ["pause", "cancel"], paused: ["approve", "resume", "cancel"], cancelling: [],
    failed: ["retry", "replay"], warning: ["retry", "replay"], cancelled: ["retry", "replay"], succeeded: ["replay"], skipped: ["replay"],
  };
  return wanted[run.state].filter((action) => runRefusal(action, run) === null);
}

/** Why a task can't be begun from again in place; what its ancestors say is asked of `retryOf`. */
export function retryFromRefusal(run: ActedRun): string | null {
  const elsewhere = elsewhereRefusal(run);
  if (elsewhere !== null) return elsewhere;
  return TAKEN["retry-from"].includes(run.state) ? null : `The run ${IS[run.state]}: ${ONLY.retry}.`;
}

/** States that a person may give to a task run, by its own and that of the run. */
export function taskStatesToSet(state: TaskState, run: RunState): readonly TaskState[] {
  return rules.set_task[run][state] as TaskState[];
}

/** Why the state of a task run can't be set; null where it can. */
export function setRefusal(task: { state: TaskState; reason: string | null }, run: ActedRun): string | null {
  if (task.reason === "slice") return "It was not a part of this run: replay the pipeline from it.";
  if (taskStatesToSet(task.state, run.state).length > 0) return elsewhereRefusal(run);
  if (run.state === "created" || run.state === "queued" || run.state === "cancelling") return `The run ${IS[run.state]}: its tasks can be set while it goes on, or once it is over.`;
  if (task.state === "created" || task.state === "queued") return "It may begin at any moment: pause the run first.";
  if (task.state === "succeeded" || task.state === "warning") return "Others may have read from it: retry from it once the run is over.";
  return task.reason === "approval" ? "It asks for an approval: approve or reject it." : "It runs: its state can be set once it is over.";
}

/** What a task is for: a step of the pipeline, or what runs by itself once the steps are over, in this order. */
const STAGES = ["task", "on_failure", "finally"] as const;
export type Role = (typeof STAGES)[number];

/** Why the state of a task can't be set while its run is at another stage; null where it is at that one. Of `roles` those are left out that are steps. */
export function stageRefusal(role: Role, tasks: readonly { name: string; state: TaskState; reason: string | null }[], roles: ReadonlyMap<string, Role>): string | null {
  const begun = tasks.filter(({ state, reason }) => state !== "created" && reason !== "slice").map(({ name }) => STAGES.indexOf(roles.get(name) ?? "task"));
  const at = Math.max(0, ...begun);
  if (STAGES.indexOf(role) > at) return "It runs by itself at the end: its state can be set when the run is there, or is over.";
  return STAGES.indexOf(role) < at ? "The run is at its handlers and clean-up: set it once the run is over, and retry then." : null;
}

/** What else comes of it when the state of a task, or of an item of one, is set in a run that is over. */
export function setFollows(run: ActedRun, mapIndex: number | null): string {
  const whole = mapIndex === null ? "" : "Its fan-out ends as its items did: as the worst of them. ";
  const next = runRefusal("retry", run) === null ? "retry it to go on from there, or set its state too" : "its state can be set too";
  return `${whole}The run itself stays as it is, ${run.state}: ${next}.`;
}

/** States that a person may give to a run that is over. */
export function runStatesToSet(state: RunState): readonly RunState[] {
  return rules.set_run[state] as RunState[];
}

function elsewhereRefusal({ facts }: ActedRun): string | null {
  const by = facts?.["recorded_by"];
  return typeof by === "string" && by !== "penstock" ? "It ran elsewhere and was only recorded here: act on it where it ran." : null;
}
