/** What attempts used, side by side: the figures behind the bars. */
import type { Schemas } from "../../../api/client";

type Task = Schemas["TaskDocument"];

/** One task or item, and what all its attempts used. */
export interface TaskUse {
  task: string;
  mapIndex: number | null;
  label: string | null;
  attempts: number;
  /** The greatest of all attempts, in bytes. */
  memory: number | null;
  /** Sums over all attempts. */
  cpu: number | null;
  read: number | null;
  written: number | null;
  /** Of the last attempt, seconds. */
  duration: number | null;
  /** Rows of its outputs, and how many in a second. */
  rows: number | null;
  rowsPerSecond: number | null;
  /** CPU seconds by second of all attempts: how busy it was; 1 is one core. */
  busy: number | null;
}

/** Seconds below which CPU by time is mostly noise. */
const BUSY = 0.1;

export function usesOf(tasks: readonly Task[]): TaskUse[] {
  return tasks.filter((task) => task.attempts.some((attempt) => attempt.started_at !== null)).map(useOf);
}

function useOf(task: Task): TaskUse {
  const attempts = task.attempts.filter((attempt) => attempt.started_at !== null);
  const of = (pick: (attempt: Schemas["AttemptDocument"]) => number | null) => attempts.flatMap((attempt) => pick(attempt) ?? []);
  const rows = task.outputs.flatMap((output) => output.rows ?? []);
  const duration = attempts.at(-1)?.duration ?? null;
  const [cpu, lasted] = [sum(of((attempt) => attempt.cpu_seconds)), sum(of((attempt) => attempt.duration))];
  const made = sum(rows);
  return {
    task: task.name, mapIndex: task.map_index, label: task.label, attempts: attempts.length, duration, cpu, rows: made,
    memory: of((attempt) => attempt.peak_rss_bytes).reduce<number | null>((most, value) => Math.max(most ?? 0, value), null),
    read: sum(of((attempt) => attempt.read_bytes)), written: sum(of((attempt) => attempt.written_bytes)),
    rowsPerSecond: made === null || duration === null || duration <= 0 ? null : made / duration,
    busy: cpu === null || lasted === null || lasted < BUSY ? null : cpu / lasted,
  };
}

function sum(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

/** The run as a whole. */
export interface RunUse {
  cpu: number;
  /** Null where nobody has counted them. */
  read: number | null;
  written: number | null;
  rows: number;
  /** The greatest of any attempt. */
  memory: number | null;
  /** Whose that was. */
  memoryOf: string | null;
}

export function wholeOf(uses: readonly TaskUse[]): RunUse {
  const add = (pick: (use: TaskUse) => number | null) => uses.reduce((total, use) => total + (pick(use) ?? 0), 0);
  const hungry = uses.reduce<TaskUse | undefined>((most, use) => ((use.memory ?? -1) > (most?.memory ?? -1) ? use : most), undefined);
  return {
    cpu: add((use) => use.cpu), rows: add((use) => use.rows),
    read: sum(uses.flatMap(({ read }) => read ?? [])), written: sum(uses.flatMap(({ written }) => written ?? [])),
    memory: hungry?.memory ?? null, memoryOf: hungry === undefined || hungry.memory === null ? null : hungry.task,
  };
}
