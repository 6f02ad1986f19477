/** What the stream tells, applied to what is on the screen. Pure: the same change twice does nothing more. */
import type { Schemas } from "../api/client";
import { isOver } from "./states";

type Run = Schemas["RunDocument"];
type Task = Schemas["TaskDocument"];
type Summary = Schemas["RunSummary"];
export type Change = Schemas["Changes"]["changes"][number];
type TaskChange = Schemas["TaskChange"];

/** A run after changes, and whether it has to be read anew: a change says less than a document. */
export interface Applied {
  run: Run;
  stale: boolean;
}

/** Applies all changes of this run. */
export function applyToRun(run: Run, changes: readonly Change[]): Applied {
  const tasks = new Map<string, TaskChange>();
  let head = run;
  let stale = false;
  for (const change of changes) {
    if (change.kind === "run" && change.run.id === run.id) {
      // Of a run of type debug breakpoints may have changed, which only the document tells.
      stale ||= isOver(change.run.state) !== isOver(head.state) || change.run.generation !== head.generation || head.type === "debug";
      head = { ...head, ...headOf(change.run) };
    } else if (change.kind === "task" && change.run_id === run.id) {
      tasks.set(placeOf(change.name, change.map_index), change);
    }
  }
  if (tasks.size === 0) return { run: head, stale };
  const next = head.tasks.map((task) => {
    const place = placeOf(task.name, task.map_index);
    const change = tasks.get(place);
    if (change === undefined) return task;
    tasks.delete(place);
    stale ||= isOver(change.state) || change.attempt !== (task.attempts.at(-1)?.n ?? null);
    return applyToTask(task, change);
  });
  // Tasks that the document does not have: items of a fan-out that is just known.
  return { run: { ...head, tasks: next }, stale: stale || tasks.size > 0 };
}

/** A list of runs after changes; the very same where nothing of it changed. What the list does not have is left out. */
export function applyToList(items: Summary[], changes: readonly Change[]): Summary[] {
  const runs = new Map(changes.flatMap((change) => (change.kind === "run" ? [[change.run.id, change.run] as const] : [])));
  const gone = new Set(changes.flatMap((change) => (change.kind === "deleted" ? change.ids : [])));
  if (!items.some((item) => runs.has(item.id) || gone.has(item.id))) return items;
  return items.filter((item) => !gone.has(item.id)).map((item) => runs.get(item.id) ?? item);
}

/** Runs in these changes that were made after the newest one of a list, by id with their time of creation. */
export function made(changes: readonly Change[], newest: string | undefined): [id: string, at: string][] {
  // Ids sort by time of creation.
  return changes.flatMap((change) =>
    change.kind === "run" && (newest === undefined || change.run.id > newest) ? [[change.run.id, change.run.created_at]] : [],
  );
}

function applyToTask(task: Task, change: TaskChange): Task {
  return {
    ...task,
    state: change.state, reason: change.reason, generation: change.generation, label: change.label, queued_at: change.queued_at,
    started_at: change.started_at, ended_at: change.ended_at, duration: change.duration, progress: change.progress,
  };
}

function headOf(run: Summary): Partial<Run> {
  const { id: _id, params: _params, error, trigger: _trigger, bytes: _bytes, ...rest } = run as Summary & { bytes: number | null };
  // The error of a line has no traceback: it counts only where the document has none yet.
  return error === null ? { ...rest, error: null } : rest;
}

function placeOf(name: string, mapIndex: number | null): string {
  return `${name}\n${mapIndex ?? ""}`;
}
