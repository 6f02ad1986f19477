/** How a run gets on. */
import type { Schemas } from "../../api/client";
import { countsFrom } from "../../domain/lasting";

type Run = Pick<Schemas["RunDocument"], "state" | "started_at" | "idle" | "duration" | "tasks_total" | "tasks_done">;

export interface Pace {
  /** Seconds that it has run, or took; null before. */
  seconds: number | null;
  /** How much of it is done, 0 to 1: by tasks. */
  share: number;
  /** Clearly beyond what is usual. */
  slower: boolean;
}

/** Beyond this share of the usual time, and by more than a second, a run is told to be slow. */
const SLOW = 1.25;

export function paceOf(run: Run, expected: number | null, now: number): Pace {
  const from = countsFrom(run);
  const seconds = run.duration ?? (from === null ? null : Math.max(0, (now - from) / 1000));
  return {
    seconds,
    share: run.tasks_total === 0 ? 0 : Math.min(1, run.tasks_done / run.tasks_total),
    slower: expected !== null && seconds !== null && seconds > expected * SLOW && seconds > expected + 1,
  };
}
