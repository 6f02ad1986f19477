/** The critical path: the tasks without whose delay the run would have ended sooner. Pure. */
import type { Schemas } from "../api/client";
import { by } from "../domain/by";
import { lastedOf } from "../domain/lasting";
import { isOver } from "../domain/states";
import { type Span, spansOf, timeOf } from "./spans";
import { rowKey } from "./rows";

type Graph = Pick<Schemas["Graph"], "edges" | "datasets" | "tasks">;
type Task = Schemas["TaskDocument"];

export interface CriticalStep {
  task: string;
  mapIndex: number | null;
  key: string;
  generation: number;
  /** Milliseconds since 1970, of its first attempt and of its end. */
  start: number;
  end: number;
}

/**
 * From the task that ended last, back to the one before it that ended last, and so on. While the run goes on, what runs
 * now counts as ending now. Of a fan-out, the item that ended last stands for all.
 */
export function criticalPath(graph: Graph, tasks: readonly Task[], now: number): CriticalStep[] {
  const before = upstream(graph);
  const ends = new Map([...by(tasks, (task) => task.name)].flatMap(([name, runs]) => {
    const steps = runs.flatMap((task) => stepOf(task, now) ?? []);
    return steps.length === 0 ? [] : [[name, steps.reduce((last, step) => (step.end > last.end ? step : last))] as const];
  }));
  const latest = (names: Iterable<string>) => {
    let found: CriticalStep | undefined;
    for (const name of names) {
      const step = ends.get(name);
      if (step !== undefined && (found === undefined || step.end > found.end)) found = step;
    }
    return found;
  };
  const path: CriticalStep[] = [];
  const seen = new Set<string>();
  for (let step = latest(ends.keys()); step !== undefined && !seen.has(step.task); step = latest(before.get(step.task) ?? [])) {
    seen.add(step.task);
    path.unshift(step);
  }
  return path;
}

/** How long the tasks of a path ran and were queued, in milliseconds; the rest went by between those of a generation. */
export function pathShares(path: readonly CriticalStep[]): { busy: number; whole: number } {
  const busy = path.reduce((sum, step) => sum + step.end - step.start, 0);
  return { busy, whole: lastedOf(path.map(({ generation, start, end }) => ({ generation, from: start, to: end }))) ?? 0 };
}

function stepOf(task: Task, now: number): CriticalStep | undefined {
  const spans: Span[] = spansOf(task);
  const began = spans.filter((span) => span.kind === "asking" || (task.attempts.length > 0 && (span.kind === "queued" || span.kind === "running")));
  const first = began.find(({ generation }) => generation === task.generation) ?? began.at(-1);
  if (first === undefined) return undefined;
  const { from: start, generation } = first;
  const end = generation < task.generation ? (first.to ?? start) : isOver(task.state) ? (timeOf(task.ended_at) ?? start) : now;
  return { task: task.name, mapIndex: task.map_index, key: rowKey(task.name, task.map_index), generation, start, end: Math.max(start, end) };
}

/** The tasks that each task waits for, through datasets and by order; what comes last or on a failure waits for all others. */
function upstream(graph: Graph): Map<string, Set<string>> {
  const producer = new Map(graph.datasets.map((dataset) => [dataset.id, dataset.producer]));
  const found = new Map<string, Set<string>>();
  const plain = graph.tasks.filter((task) => task.role === "task").map((task) => task.name);
  const handlers = graph.tasks.filter((task) => task.role === "on_failure").map((task) => task.name);
  for (const { name, role } of graph.tasks) {
    if (role !== "task") found.set(name, new Set(role === "finally" ? [...plain, ...handlers] : plain));
  }
  for (const { source, target } of graph.edges) {
    if (!target.startsWith("task:")) continue;
    const from = source.startsWith("task:") ? source.slice(5) : producer.get(source);
    if (from === undefined || from === null) continue;
    const task = target.slice(5);
    const known = found.get(task);
    if (known === undefined) found.set(task, new Set([from]));
    else known.add(from);
  }
  return found;
}
