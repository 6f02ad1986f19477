/** The rows of a Gantt chart: tasks in order, items of a fan-out folded under one row that sums them up. Pure. */
import type { Schemas } from "../api/client";
import { by } from "../domain/by";
import { lastedOf } from "../domain/lasting";
import { isOver, type TaskState } from "../domain/states";
import { countStates, type StateCounts, togetherOf } from "../domain/together";
import { type Span, spansOf, timeOf } from "./spans";

type Run = Schemas["RunDocument"];
type Task = Schemas["TaskDocument"];

export type SortBy = "start" | "duration" | "name" | "definition";

export interface GanttOptions {
  sort: SortBy;
  onlyFailed: boolean;
  /** Tasks whose items are shown. */
  open: ReadonlySet<string>;
}

export interface GanttRow {
  key: string;
  task: string;
  /** null for a task without fan-out, and for the row that sums items up. */
  mapIndex: number | null;
  title: string;
  level: 0 | 1;
  state: TaskState;
  reason: string | null;
  spans: readonly Span[];
  /** When it was queued first and when it ended; null: not yet. */
  start: number | null;
  end: number | null;
  /** For a row that sums up: its items by state. */
  counts: StateCounts | null;
  items: number;
  open: boolean;
}

export const rowKey = (task: string, mapIndex: number | null): string => (mapIndex === null ? task : `${task}\n${mapIndex}`);

/** A task with its items, in the order of the definition. */
export interface GanttTask {
  row: GanttRow;
  items: readonly GanttRow[];
}

/** All that is to be shown, however it is arranged. */
export function ganttTasks(run: Run): GanttTask[] {
  return Array.from(by(run.tasks, (task) => task.name), ([name, tasks]) => {
    const items = tasks.filter((task) => task.map_index !== null).map(rowOf);
    return items.length === 0 ? { row: rowOf(tasks[0]!), items } : { row: summed(name, items), items };
  });
}

/** The rows in order; items only of tasks that are open. */
export function rowsOf(tasks: readonly GanttTask[], options: GanttOptions): GanttRow[] {
  const kept = options.onlyFailed ? tasks.filter(({ row, items }) => hasFailed(row) || items.some(hasFailed)) : tasks;
  return sorted(kept, ({ row }) => row, options.sort).flatMap(({ row, items }) => {
    if (row.counts === null || !options.open.has(row.task)) return [row];
    const shown = options.onlyFailed ? items.filter(hasFailed) : items;
    return [{ ...row, open: true }, ...sorted(shown, (item) => item, options.sort)];
  });
}

/** Rows of tasks that have not changed; a run that goes on changes a few at a time. */
const known = new WeakMap<Task, GanttRow>();

/** It failed, or a try of it did. */
function hasFailed(row: GanttRow): boolean {
  return row.state === "failed" || row.state === "warning" || (row.counts?.failed ?? 0) > 0 || row.spans.some((span) => span.state === "failed" || span.state === "lost");
}

function rowOf(task: Task): GanttRow {
  let row = known.get(task);
  if (row === undefined) known.set(task, (row = made(task)));
  return row;
}

function made(task: Task): GanttRow {
  const spans = spansOf(task);
  return {
    key: rowKey(task.name, task.map_index), task: task.name, mapIndex: task.map_index, level: task.map_index === null ? 0 : 1,
    title: task.map_index === null ? task.name : (task.label ?? `item ${task.map_index}`), state: task.state, reason: task.reason, spans,
    start: spans.find((span) => span.kind !== "waiting")?.from ?? null, end: isOver(task.state) ? timeOf(task.ended_at) : null, counts: null, items: 0, open: false,
  };
}

/** One bar from the first start of an item to the last end, in each generation. */
function summed(task: string, items: readonly GanttRow[]): GanttRow {
  const counts = countStates(items.map((item) => item.state));
  const state = togetherOf(counts);
  const start = items.reduce<number | null>((low, item) => (item.start === null ? low : Math.min(low ?? Infinity, item.start)), null);
  const end = isOver(state) ? items.reduce<number | null>((high, item) => (item.end === null ? high : Math.max(high ?? -Infinity, item.end)), null) : null;
  const lives = by(items.flatMap((item) => item.spans), ({ generation }) => generation);
  const latest = [...lives.keys()].reduce((high, generation) => Math.max(high, generation), 1);
  const spans = [...lives].toSorted(([a], [b]) => a - b).flatMap(([generation, life]) => lifeOf(life, generation, generation === latest ? end : undefined));
  return { key: rowKey(task, null), task, mapIndex: null, level: 0, title: task, state, reason: null, spans, start, end, counts, items: items.length, open: false };
}

/** What spans of items are together; `end` of those that may go on, undefined of earlier ones. */
function lifeOf(life: readonly Span[], generation: number, end: number | null | undefined): Span[] {
  const begun = life.filter(({ kind }) => kind !== "waiting");
  const ran = begun.filter(({ kind }) => kind === "running");
  if (ran.length === 0) return [];
  const [start, began] = [begun, ran].map((spans) => spans.reduce((low, { from }) => Math.min(low, from), Infinity)) as [number, number];
  const to = end === undefined ? begun.reduce((high, span) => Math.max(high, span.to ?? span.from), began) : end;
  const running: Span = { kind: "running", from: began, to, attempt: null, generation, state: null };
  return began > start ? [{ ...running, kind: "queued", from: start, to: began }, running] : [running];
}

function sorted<Row>(rows: readonly Row[], of: (row: Row) => GanttRow, sort: SortBy): Row[] {
  const last = Number.MAX_SAFE_INTEGER;
  const took = (row: GanttRow) => (row.start === null ? 0 : row.end === null ? last : (lastedOf(row.spans.filter(({ kind }) => kind !== "waiting")) ?? 0));
  switch (sort) {
    case "definition": return [...rows];
    case "name": return rows.toSorted((a, b) => of(a).title.localeCompare(of(b).title, "en", { numeric: true }));
    case "duration": return rows.toSorted((a, b) => took(of(b)) - took(of(a)));
    case "start": return rows.toSorted((a, b) => (of(a).start ?? last) - (of(b).start ?? last));
  }
}
