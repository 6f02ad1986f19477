/** Time on the axis: real time, with gaps in which nothing went on drawn short. Pure. */
import type { GanttTask } from "./rows";

interface Gap {
  from: number;
  to: number;
  /** How long it is on the axis. */
  shown: number;
}

/** Milliseconds on the axis, from 0 at the start of the run. */
export class Axis {
  private readonly before: number[] = [];

  constructor(readonly start: number, readonly gaps: readonly Gap[]) {
    let saved = 0;
    for (const gap of gaps) {
      this.before.push(saved);
      saved += gap.to - gap.from - gap.shown;
    }
  }

  /** Where a time stands. */
  at(time: number): number {
    const i = this.last((gap) => gap.from <= time);
    const gap = this.gaps[i];
    if (gap === undefined) return time - this.start;
    const saved = this.before[i]!;
    if (time >= gap.to) return time - this.start - saved - (gap.to - gap.from - gap.shown);
    return gap.from - this.start - saved + ((time - gap.from) / (gap.to - gap.from)) * gap.shown;
  }

  /** The time that stands at a place. */
  time(at: number): number {
    const i = this.last((gap) => this.at(gap.from) <= at);
    const gap = this.gaps[i];
    if (gap === undefined) return this.start + at;
    const over = at - this.at(gap.from);
    if (over < gap.shown) return gap.from + (over / gap.shown) * (gap.to - gap.from);
    return gap.to + over - gap.shown;
  }

  /** The last gap for which something holds that holds for all before it too; -1 for none. */
  private last(holds: (gap: Gap) => boolean): number {
    let [low, high] = [-1, this.gaps.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (holds(this.gaps[middle]!)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A gap shorter than this part of all that was busy is left as it is. */
const SHORTEST = 0.08;
/** As much of what was busy a folded gap takes. */
const SHOWN = 0.02;

/** Times in which nothing was queued or ran, of length worth folding. Without `fold`, none. */
export function axisOf(tasks: readonly GanttTask[], start: number, now: number, fold: boolean): Axis {
  if (!fold) return new Axis(start, []);
  const rows = tasks.flatMap(({ row, items }) => (items.length > 0 ? items : [row]));
  const busy = rows.flatMap((row) => row.spans.filter((span) => span.kind === "queued" || span.kind === "running").map((span) => [span.from, span.to ?? now] as const));
  busy.sort((a, b) => a[0] - b[0]);
  const gaps: [number, number][] = [];
  let [reached, worked] = [start, 0];
  for (const [from, to] of busy) {
    if (from > reached) gaps.push([reached, from]);
    worked += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  const shown = Math.max(1, worked * SHOWN);
  return new Axis(start, gaps.filter(([from, to]) => to - from > Math.max(2 * shown, worked * SHORTEST)).map(([from, to]) => ({ from, to, shown })));
}
