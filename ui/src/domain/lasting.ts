/** How long a run and its parts have gone on: without the time between two generations, in which nothing of it runs. Pure. */
import type { components } from "../wire/api";
import { by } from "./by";
import { isOver } from "./states";

type Run = Pick<components["schemas"]["RecentRun"], "state" | "started_at" | "idle">;

/** From when the time of a run counts, in milliseconds since 1970: its start, as if it had gone on since without a break. Null while it does not. */
export function countsFrom({ state, started_at, idle }: Run): number | null {
  if (started_at === null || isOver(state) || state === "created" || state === "queued") return null;
  return Date.parse(started_at) + idle * 1000;
}

/** A part of a run, with its times in milliseconds since 1970: null where it has not begun, or ended. */
export interface Part {
  generation: number;
  from: number | null;
  to: number | null;
}

export function partOf({ generation, started_at, ended_at }: Pick<components["schemas"]["TaskDocument"], "generation" | "started_at" | "ended_at">): Part {
  return { generation, from: started_at === null ? null : Date.parse(started_at), to: ended_at === null ? null : Date.parse(ended_at) };
}

/** Milliseconds from the first start of parts to their last end, in each generation by itself; null where none has both. */
export function lastedOf(parts: readonly Part[]): number | null {
  const began = parts.filter((part): part is Part & { from: number } => part.from !== null);
  if (!began.some(({ to }) => to !== null)) return null;
  let sum = 0;
  for (const life of by(began, ({ generation }) => generation).values()) {
    const from = life.reduce((first, part) => Math.min(first, part.from), Infinity);
    sum += life.reduce((last, part) => Math.max(last, part.to ?? from), from) - from;
  }
  return sum;
}

/** The same as `countsFrom` for parts of which some go on; null before one of the latest generation has begun. */
export function partsCountFrom(parts: readonly Part[]): number | null {
  const latest = parts.reduce((last, { generation }) => Math.max(last, generation), 0);
  const starts = parts.flatMap(({ generation, from }) => (generation === latest && from !== null ? [from] : []));
  if (starts.length === 0) return null;
  const before = lastedOf(parts.filter(({ generation }) => generation < latest)) ?? 0;
  return starts.reduce((first, from) => Math.min(first, from)) - before;
}
