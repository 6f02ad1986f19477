/** What went wrong in a run: its failed tasks, the one to look at first in front. */
import type { Schemas } from "../../api/client";

type Run = Schemas["RunDocument"];
type Task = Schemas["TaskDocument"];

export interface Failure {
  task: string;
  mapIndex: number | null;
  label: string | null;
  reason: string | null;
  /** The latest attempt that failed. */
  attempt: number | null;
  /** Of that attempt. */
  generation: number | null;
  /** All its attempts, of earlier generations too. */
  attempts: Task["attempts"];
  endedAt: string | null;
  error: Schemas["ErrorDocument"] | null;
}

/** Tasks that failed, in the order in which they did; the run's own cause first. Those that merely follow are left out. */
export function failuresOf(run: Run): Failure[] {
  const failed = run.tasks.filter((task) => task.state === "failed").map(failureOf).sort(byEnd);
  const cause = failed.findIndex((failure) => failure.task === run.error?.task && failure.mapIndex === (run.error.map_index ?? null));
  if (cause > 0) failed.unshift(...failed.splice(cause, 1));
  return failed;
}

/** Tasks that failed and were allowed to. */
export function allowedFailuresOf(run: Run): Failure[] {
  return run.tasks.filter((task) => task.state === "warning").map(failureOf).sort(byEnd);
}

/** How many tasks were not run because of the failures. */
export function heldBackBy(run: Run): number {
  return run.tasks.filter((task) => task.state === "upstream_failed").length;
}

/** The failure after (before, for -1) the task that is selected, round the end; the first one without a selection. */
export function nextFailure(failures: readonly Failure[], selected: { task?: string | undefined; mapIndex?: number | null | undefined }, by: 1 | -1 = 1): Failure | undefined {
  const at = failures.findIndex((failure) => failure.task === selected.task && failure.mapIndex === (selected.mapIndex ?? null));
  if (at < 0) return by === 1 ? failures[0] : failures.at(-1);
  return failures[(at + by + failures.length) % failures.length];
}

/** What was being done when it failed, `while saving 'x'`; null where that was the task's own work. */
export function doingText(error: Failure["error"]): string | null {
  if (!error?.operation) return null;
  return `while ${error.operation === "load" ? "loading" : "saving"}${error.dataset === null ? "" : ` '${error.dataset}'`}`;
}

function failureOf(task: Task): Failure {
  // What an earlier generation says is history: the error is that of this one.
  const now = task.attempts.filter(({ generation }) => generation === task.generation);
  const last = now.findLast((attempt) => attempt.error !== null) ?? now.at(-1) ?? task.attempts.at(-1);
  return {
    task: task.name, mapIndex: task.map_index, label: task.label, reason: task.reason,
    attempt: last?.n ?? null, generation: last?.generation ?? null, attempts: task.attempts, endedAt: task.ended_at, error: last?.error ?? task.error,
  };
}

function byEnd(one: Failure, other: Failure): number {
  return (one.endedAt ?? "~").localeCompare(other.endedAt ?? "~");
}

/** Whether a message has more than the ten lines that are shown at once, in a narrow window too: then keys must reach it. */
export function scrolls(message: string | null | undefined): boolean {
  return message !== null && message !== undefined && (message.length > 400 || message.split("\n").length > 9);
}
