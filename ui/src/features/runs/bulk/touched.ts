/** Which of many runs an action will touch, and why the others stay as they are. Pure. */
import type { RunSummary } from "../../../api/runs";
import { calledText } from "../../../domain/names";
import { type RunAction, runRefusal, runStatesToSet } from "../../../domain/actions";
import type { RunState } from "../../../domain/states";

export interface Touched {
  runs: RunSummary[];
  /** Runs by pipeline, most first. */
  pipelines: [name: string, count: number][];
  /** Why others are left out, and how many. */
  left: [why: string, count: number][];
  /** Tasks that run now in those that are touched, as far as is known: what is done subtracted from all. */
  open: number;
}

/** What a person may take a run for that is over, the likeliest first. */
const SETTABLE = ["succeeded", "warning", "failed", "cancelled"] as const satisfies readonly RunState[];

/** States that would change at least one of the runs. */
export function statesToSet(runs: readonly RunSummary[]): RunState[] {
  const found = new Set(runs.filter((run) => runRefusal("set-state", run) === null).flatMap(({ state }) => runStatesToSet(state)));
  return SETTABLE.filter((state) => found.has(state));
}

/** Whom it touches; `state` is the one that is to be set. */
export function touchedBy(action: RunAction, runs: readonly RunSummary[], state?: RunState): Touched {
  const left = new Map<string, number>();
  const kept: RunSummary[] = [];
  for (const run of runs) {
    const why = runRefusal(action, run) ?? (state === undefined || runStatesToSet(run.state).includes(state) ? null : "This is its state already.");
    if (why === null) kept.push(run);
    else left.set(why, (left.get(why) ?? 0) + 1);
  }
  const pipelines = new Map<string, number>();
  for (const { namespace, pipeline } of kept) {
    const name = calledText(namespace, pipeline);
    pipelines.set(name, (pipelines.get(name) ?? 0) + 1);
  }
  const most = (counts: Map<string, number>) => [...counts].toSorted(([one, a], [other, b]) => b - a || one.localeCompare(other));
  return { runs: kept, pipelines: most(pipelines), left: most(left), open: kept.reduce((sum, run) => sum + Math.max(0, run.tasks_total - run.tasks_done), 0) };
}

/** In parts that the server takes at once. */
export function partsOf<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, part) => values.slice(part * size, (part + 1) * size));
}
