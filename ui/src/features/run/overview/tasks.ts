/** The tasks of a run as rows of a list: items of a fan-out below their task, in any order that a person asks for. */
import type { Schemas } from "../../../api/client";
import { lastedOf, partOf, partsCountFrom } from "../../../domain/lasting";
import { isOver, TASK_STATES, type TaskState } from "../../../domain/states";
import { togetherOf } from "../../../domain/together";

export type Task = Schemas["TaskDocument"];
export type SortBy = "order" | "task" | "state" | "duration" | "queued" | "attempts" | "rows" | "bytes" | "memory";

export interface TaskRow {
  key: string;
  name: string;
  /** The one task or item; undefined for the row that stands for all items of a fan-out. */
  task: Task | undefined;
  /** How many items it has, for a fan-out's row. */
  items: number | undefined;
  isItem: boolean;
  state: TaskState;
  reason: string | null;
  /** Items by state, for a fan-out's row. */
  counts: Partial<Record<TaskState, number>> | undefined;
  /** From when its time counts while it goes on, in milliseconds since 1970. */
  since: number | null;
  duration: number | null;
  queuedFor: number | null;
  attempts: number;
  rows: number | null;
  bytes: number | null;
  memory: number | null;
}

export interface TaskListing {
  sort: SortBy;
  descending: boolean;
  /** Only tasks whose name or label has this text. */
  text: string;
  states: ReadonlySet<TaskState>;
  /** Fan-outs whose items are shown. */
  open: ReadonlySet<string>;
}

export const keyOf = (name: string, mapIndex: number | null): string => (mapIndex === null ? name : `${name}\n${mapIndex}`);

/** The rows to show. */
export function rowsOf(tasks: readonly Task[], listing: TaskListing): TaskRow[] {
  const fits = (row: TaskRow) => fitsText(row, listing.text) && (listing.states.size === 0 || listing.states.has(row.state));
  const groups = new Map<string, TaskRow[]>();
  for (const task of tasks) {
    const row = rowOf(task);
    const known = groups.get(task.name);
    if (known) known.push(row);
    else groups.set(task.name, [row]);
  }
  const tops: { top: TaskRow; items: TaskRow[] }[] = [];
  for (const [name, rows] of groups) {
    const kept = rows.filter(fits);
    const [first] = kept;
    if (first === undefined) continue;
    if (!first.isItem) tops.push({ top: first, items: [] });
    else tops.push({ top: summed(name, kept), items: sorted(kept, listing) });
  }
  const order = new Map(tops.map((group) => [group.top, group.items]));
  return sorted(inOrder(tops.map(({ top }) => top), tasks), listing).flatMap((top) => (listing.open.has(top.name) ? [top, ...(order.get(top) ?? [])] : [top]));
}

/** How many tasks and items are in each state, in the order of states. */
export function countsOf(tasks: readonly Task[]): [TaskState, number][] {
  const counts = new Map<TaskState, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  return TASK_STATES.filter((state) => counts.has(state)).map((state) => [state, counts.get(state) ?? 0]);
}

/** Tasks behind those whose values they take, else as they came: items of a fan-out come late, and do not belong at the end. */
function inOrder(rows: readonly TaskRow[], tasks: readonly Task[]): TaskRow[] {
  const makers = new Map(tasks.flatMap((task) => [[task.name, task.name] as const, ...task.outputs.map(({ dataset }) => [dataset, task.name] as const)]));
  const inputs = new Map(tasks.map((task) => [task.name, task.inputs] as const));
  const byName = new Map(rows.map((row) => [row.name, row] as const));
  const placed = new Set<TaskRow>();
  const seen = new Set<string>();
  for (const { name } of rows) {
    const stack = [name];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const wanted: string | undefined = seen.has(top) ? undefined : inputs.get(top)?.map((dataset) => makers.get(dataset)).find((maker) => maker !== undefined && !seen.has(maker) && !stack.includes(maker));
      if (wanted !== undefined) {
        stack.push(wanted);
        continue;
      }
      stack.pop();
      seen.add(top);
      const row = byName.get(top);
      if (row !== undefined) placed.add(row);
    }
  }
  return [...placed];
}

function fitsText(row: TaskRow, text: string): boolean {
  const sought = text.trim().toLowerCase();
  return sought === "" || row.name.toLowerCase().includes(sought) || (row.task?.label ?? "").toLowerCase().includes(sought);
}

function rowOf(task: Task): TaskRow {
  const rows = task.outputs.flatMap((output) => (output.rows === null ? [] : [output.rows]));
  const sizes = task.outputs.flatMap((output) => (output.bytes === null ? [] : [output.bytes]));
  const peaks = task.attempts.flatMap((attempt) => (attempt.peak_rss_bytes === null ? [] : [attempt.peak_rss_bytes]));
  return {
    key: keyOf(task.name, task.map_index), name: task.name, task, items: undefined, isItem: task.map_index !== null,
    state: task.state, reason: task.reason, counts: undefined,
    since: isOver(task.state) ? null : partOf(task).from, duration: task.duration, queuedFor: task.queued_for,
    attempts: task.attempts.length,
    rows: total(rows), bytes: total(sizes), memory: greatest(peaks),
  };
}

/** One row for all items of a fan-out. */
function summed(name: string, items: readonly TaskRow[]): TaskRow {
  const present = <Key extends keyof TaskRow>(key: Key) => items.flatMap((item) => (item[key] === null ? [] : [item[key]])) as NonNullable<TaskRow[Key]>[];
  const counts: Partial<Record<TaskState, number>> = {};
  for (const { state } of items) counts[state] = (counts[state] ?? 0) + 1;
  const state = togetherOf(counts);
  const parts = items.flatMap(({ task }) => (task === undefined ? [] : [partOf(task)]));
  const lasted = isOver(state) ? lastedOf(parts) : null;
  return {
    key: `${name}\nall`, name, task: undefined, items: items.length, isItem: false, state, reason: null, counts,
    since: isOver(state) ? null : partsCountFrom(parts), duration: lasted === null ? null : lasted / 1000,
    queuedFor: greatest(present("queuedFor")), attempts: items.reduce((sum, item) => sum + item.attempts, 0),
    rows: total(present("rows")), bytes: total(present("bytes")), memory: greatest(present("memory")),
  };
}

const FIGURES: Record<Exclude<SortBy, "order" | "task" | "state">, (row: TaskRow) => number | null> = {
  duration: (row) => row.duration, queued: (row) => row.queuedFor, attempts: (row) => row.attempts,
  rows: (row) => row.rows, bytes: (row) => row.bytes, memory: (row) => row.memory,
};

/** Rows in the order asked for; what has no figure comes last, whichever way. Equal rows keep their order. */
function sorted(rows: readonly TaskRow[], { sort, descending }: TaskListing): TaskRow[] {
  const way = descending ? -1 : 1;
  if (sort === "order") return descending ? rows.toReversed() : [...rows];
  if (sort === "task") return rows.toSorted((one, other) => way * (one.name.localeCompare(other.name) || (one.task?.map_index ?? 0) - (other.task?.map_index ?? 0)));
  if (sort === "state") return rows.toSorted((one, other) => way * (TASK_STATES.indexOf(one.state) - TASK_STATES.indexOf(other.state)));
  const figure = FIGURES[sort];
  return rows.toSorted((one, other) => {
    const [a, b] = [figure(one), figure(other)];
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return way * (a - b);
  });
}

function total(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));
}
