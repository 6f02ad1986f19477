/** What can be done with a run or a task, and why not: one table for buttons, menus, the palette and bulk actions. */
import type { RunState, TaskState } from "./states";

export type RunAction = "cancel" | "pause" | "resume" | "force-run" | "retry" | "replay" | "set-state" | "delete";

/** What of a run the table asks about. */
export interface ActedRun {
  state: RunState;
  reason: string | null;
  /** Who wrote it down, where that was not us. */
  facts?: Readonly<Record<string, unknown>> | null;
}

const OVER = ["succeeded", "warning", "failed", "cancelled", "skipped"] as const satisfies readonly RunState[];

/** In which states of a run each action is allowed. */
export const ALLOWED: Readonly<Record<RunAction, readonly RunState[]>> = {
  cancel: ["created", "queued", "running", "paused"],
  pause: ["running"],
  resume: ["paused"],
  "force-run": ["queued"],
  retry: ["failed", "cancelled", "warning"],
  replay: ["created", "queued", "running", "paused", "cancelling", ...OVER],
  "set-state": OVER,
  delete: OVER,
};

const IS: Readonly<Record<RunState, string>> = {
  created: "has not begun", queued: "is queued", running: "is running", paused: "is paused", cancelling: "is being cancelled",
  succeeded: "succeeded", warning: "ended with warnings", failed: "failed", cancelled: "was cancelled", skipped: "was skipped",
};

const ONLY: Readonly<Record<RunAction, string>> = {
  cancel: "only one that goes on can be cancelled",
  pause: "only one that is running can be paused",
  resume: "only a paused one can be resumed",
  "force-run": "only one that waits at a limit can be forced",
  retry: "only one that is over can be retried",
  replay: "",
  "set-state": "its state can be set once it is over",
  delete: "only one that is over can be deleted",
};

/** Why an action is not allowed on a run; null where it is. */
export function runRefusal(action: RunAction, run: ActedRun): string | null {
  const by = run.facts?.["recorded_by"];
  if (typeof by === "string" && by !== "penstock" && action !== "delete") return "It ran elsewhere and was only recorded here: act on it where it ran.";
  if (action === "retry" && (run.state === "succeeded" || run.state === "skipped")) return `The run ${IS[run.state]}, nothing of it failed: retry it from a task, or replay it.`;
  if (action === "resume" && run.state === "paused" && run.reason === "approval") return "It waits for an approval: approve or reject it.";
  if (action === "force-run" && run.state === "queued" && run.reason !== null && run.reason !== "limit") return "It waits for something else than a limit.";
  return ALLOWED[action].includes(run.state) ? null : `The run ${IS[run.state]}: ${ONLY[action]}.`;
}

/** The actions that stand as buttons in a run's head, the most wanted first; all others are in the menu beside them. */
export function headActions(run: ActedRun): RunAction[] {
  const wanted: Readonly<Record<RunState, readonly RunAction[]>> = {
    created: ["cancel"], queued: ["force-run", "cancel"], running: ["pause", "cancel"], paused: ["resume", "cancel"], cancelling: [],
    failed: ["retry", "replay"], warning: ["retry", "replay"], cancelled: ["retry", "replay"], succeeded: ["replay"], skipped: ["replay"],
  };
  return wanted[run.state].filter((action) => runRefusal(action, run) === null);
}

/** Why a task can't be begun from again in place; what its ancestors say is asked of `retryOf`. */
export function retryFromRefusal(run: ActedRun): string | null {
  const refusal = runRefusal("retry", run);
  return run.state === "succeeded" || run.state === "skipped" ? (refusal?.startsWith("It ran") ? refusal : null) : refusal;
}

/** States that a person may give to a task run, by its own and by whether the run is over or goes on. */
export function taskStatesToSet(state: TaskState, runState: RunState): readonly TaskState[] {
  if (runState === "cancelling" || state === "running" || state === "cancelling" || state === "paused") return [];
  const ends: readonly TaskState[] = isOver(runState) ? ["succeeded", "warning", "failed", "cancelled", "skipped"] : ["succeeded", "failed", "skipped"];
  return ends.filter((end) => end !== state);
}

/** States that a person may give to a run that is over. */
export function runStatesToSet(state: RunState): readonly RunState[] {
  return isOver(state) ? (["succeeded", "warning", "failed", "cancelled"] as const).filter((end) => end !== state) : [];
}

function isOver(state: RunState): boolean {
  return (OVER as readonly RunState[]).includes(state);
}
