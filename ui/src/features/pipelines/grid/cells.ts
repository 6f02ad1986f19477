/** What a cell of the grid shows of one task in one run. */
import type { Schemas } from "../../../api/client";
import { stateText, type TaskState } from "../../../domain/states";

type Cell = Schemas["GridCell"];

/** How the items of a fan-out went, worst first: "2 failed, 38 succeeded". */
export function itemsText(items: Readonly<Record<string, number>>): string {
  const known = Object.entries(items).filter(([, count]) => count > 0);
  known.sort(([one], [other]) => WORST.indexOf(one) - WORST.indexOf(other));
  return known.map(([state, count]) => `${count} ${stateText(state as TaskState)}`).join(", ");
}

/** A cell in words, for those who can't see its colour. */
export function cellText(task: string, cell: Cell, duration: string | null): string {
  const words = [`${task}: ${stateText(cell.state)}`];
  if (duration !== null) words.push(duration);
  if (cell.attempts > 1) words.push(`${cell.attempts} attempts`);
  if (cell.items !== null) words.push(itemsText(cell.items));
  return words.join(" · ");
}

const WORST = [
  "failed", "upstream_failed", "cancelled", "cancelling", "warning", "retrying", "running", "paused", "queued", "created",
  "skipped", "succeeded",
];

/** Heights of the bars over the columns, 0 to 1: a run's duration against the longest shown. */
export function heights(durations: readonly (number | null)[]): number[] {
  const longest = Math.max(0, ...durations.map((duration) => duration ?? 0));
  return durations.map((duration) => (duration === null || longest === 0 ? 0.06 : Math.max(0.06, duration / longest)));
}
