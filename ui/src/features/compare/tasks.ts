/** The tasks of two runs as rows, in the order that a person asks for. Pure. */
import { taskText } from "../../domain/formats";
import { taskDiffers, type Side, SIDES, type TaskPair } from "./differences";

export type TaskOrder = "change" | "definition";

export interface TaskListing {
  /** Also those that differ in nothing. */
  all: boolean;
  /** Only those whose name, or item, has this text. */
  text: string;
  order: TaskOrder;
}

export interface TaskRow {
  key: string;
  name: string;
  pair: TaskPair;
  /** Seconds that the second took longer; null where neither tells. What a run has not took none. */
  delta: number | null;
  differs: boolean;
}

export function taskRows(pairs: readonly TaskPair[], { all, text, order }: TaskListing): TaskRow[] {
  const sought = text.trim().toLowerCase();
  const rows = pairs.map(rowOf).filter((row) => (all || row.differs) && row.name.toLowerCase().includes(sought));
  if (order === "definition") return rows;
  // Equal ones keep their order.
  return rows.toSorted((one, other) => Number(brokeIn(other)) - Number(brokeIn(one)) || Math.abs(other.delta ?? 0) - Math.abs(one.delta ?? 0));
}

/** The longest duration in seconds: what bars are drawn against. */
export function longestOf(rows: readonly TaskRow[]): number {
  return rows.reduce((most, { pair }) => Math.max(most, ...SIDES.map((side) => durationOf(pair, side) ?? 0)), 0);
}

export function durationOf(pair: TaskPair, side: Side): number | null {
  return pair[side]?.duration ?? null;
}

function rowOf(pair: TaskPair): TaskRow {
  const [first, second] = SIDES.map((side) => durationOf(pair, side)) as [number | null, number | null];
  const name = taskText(pair.task, pair.map_index, pair.label);
  return {
    key: `${pair.task}\n${pair.map_index ?? ""}\n${pair.label ?? ""}\n${pair.second === null ? "first" : ""}`, name, pair,
    delta: first === null && second === null ? null : (second ?? 0) - (first ?? 0), differs: taskDiffers(pair),
  };
}

/** It failed in one of the two: that comes before any second. */
function brokeIn({ pair: { first, second } }: TaskRow): boolean {
  return (first?.state === "failed") !== (second?.state === "failed");
}
