/** One state for many tasks: what goes on, else what went wrong. */
import type { TaskState } from "./states";

const RANK: readonly TaskState[] = [
  "running", "retrying", "cancelling", "paused", "queued", "created", "failed", "upstream_failed", "cancelled", "warning", "succeeded", "skipped",
];

/** How many tasks are in each state. */
export type StateCounts = Partial<Record<TaskState, number>>;

export function togetherOf(counts: StateCounts): TaskState {
  // Some are done and some wait: that is on its way, though at this moment nothing runs.
  const started = (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.warning ?? 0) > 0;
  const state = RANK.find((known) => counts[known]) ?? "created";
  return started && (state === "created" || state === "queued") ? "running" : state;
}

export function countStates(states: Iterable<TaskState>): StateCounts {
  const counts: StateCounts = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
