/** Which of many runs an action will touch, and why the others stay as they are. Pure. */
import type { RunSummary } from "../../../api/runs";
import { calledText } from "../../../domain/names";
import { type RunAction, runRefusal } from "../../../domain/actions";

export interface Touched {
  runs: RunSummary[];
  /** Runs by pipeline, most first. */
  pipelines: [name: string, count: number][];
  /** Why others are left out, and how many. */
  left: [why: string, count: number][];
  /** Tasks that run now in those that are touched, as far as is known: what is done subtracted from all. */
  open: number;
}

export function touchedBy(action: RunAction, runs: readonly RunSummary[]): Touched {
  const left = new Map<string, number>();
  const kept: RunSummary[] = [];
  for (const run of runs) {
    const why = runRefusal(action, run);
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
