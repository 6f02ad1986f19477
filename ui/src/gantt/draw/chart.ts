import type { Palette } from "../../graph/draw/palette";
import type { CriticalStep } from "../critical";
import type { Frame } from "../frame";
import type { Axis } from "../idle";
import type { GanttRow } from "../rows";
import type { Span } from "../spans";

export const ROW = 26;
export const HEAD = 28;
export const BAR = 14;

/** Everything that a chart is drawn from. */
export interface Chart {
  rows: readonly GanttRow[];
  axis: Axis;
  frame: Frame;
  /** Pixels that the rows are scrolled by. */
  scroll: number;
  width: number;
  height: number;
  palette: Palette;
  now: number;
  live: boolean;
  /** Keys of rows. */
  selected: string | undefined;
  attempt: number | null;
  /** Of the attempt; null: of whichever has it. */
  generation: number | null;
  hover: number;
  critical: readonly CriticalStep[] | null;
}

/** Pixels from the left where a time stands. */
export function xOf({ axis, frame }: Pick<Chart, "axis" | "frame">, time: number): number {
  return (axis.at(time) - frame.from) / frame.perPixel;
}

/** Rows in sight: the first, and one after the last. */
export function rowsIn({ rows, scroll, height }: Pick<Chart, "rows" | "scroll" | "height">): [number, number] {
  return [Math.max(0, Math.floor(scroll / ROW)), Math.min(rows.length, Math.ceil((scroll + height - HEAD) / ROW))];
}

export interface Hit {
  row: number;
  span: Span | null;
}

/** What stands at a place of the chart: a row, and a stretch of it within a few pixels. */
export function hitAt(chart: Chart, x: number, y: number): Hit | null {
  if (y < HEAD) return null;
  const row = Math.floor((y - HEAD + chart.scroll) / ROW);
  const found = chart.rows[row];
  if (found === undefined) return null;
  const slack = 3;
  const span = found.spans.findLast((each) => {
    const [from, to] = [xOf(chart, each.from), xOf(chart, each.to ?? chart.now)];
    return x >= from - slack && x <= Math.max(to, from + 3) + slack;
  });
  return { row, span: span ?? null };
}
