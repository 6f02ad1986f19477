/** Made for tests: pairs of tasks of which only what matters is said. */
import type { Schemas } from "../../api/client";
import type { TaskPair } from "./differences";

type Went = Partial<Schemas["TaskFigures"]>;

export function pairOf(task: string, first: Went | null, second: Went | null, item: Partial<Pick<TaskPair, "map_index" | "label">> = {}): TaskPair {
  return { task, map_index: null, label: null, ...item, first: figures(first), second: figures(second) };
}

function figures(went: Went | null): Schemas["TaskFigures"] | null {
  if (went === null) return null;
  return { map_index: null, state: "succeeded", reason: null, duration: null, queued_for: null, attempts: 1, cpu_seconds: null, peak_rss_bytes: null, ...went };
}
