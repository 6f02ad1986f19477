/** Figures of a run as lines to draw: pure, with times in seconds since the run began. */
import type { Schemas } from "../../../api/client";

export type Sample = Schemas["Sample"];
export type MetricPoint = Schemas["MetricPoint"];

export interface Dot {
  x: number;
  y: number;
}

/** What an attempt's processes used, each figure as a line. CPU in cores; bytes by second for reading and writing. */
export interface Usage {
  cpu: Dot[];
  memory: Dot[];
  read: Dot[];
  written: Dot[];
}

/** Samples as lines. A total that shrinks (a child process ended before it was counted) gives no negative rate. */
export function usageOf(samples: readonly Sample[], start: number): Usage {
  const usage: Usage = { cpu: [], memory: [], read: [], written: [] };
  samples.forEach((sample, at) => {
    const x = (Date.parse(sample.at) - start) / 1000;
    usage.memory.push({ x, y: sample.rss_bytes });
    const before = samples[at - 1];
    if (before === undefined) return;
    const passed = x - (Date.parse(before.at) - start) / 1000;
    if (passed <= 0) return;
    const rate = (now: number, then: number) => Math.max(0, now - then) / passed;
    usage.cpu.push({ x, y: rate(sample.cpu_seconds, before.cpu_seconds) });
    usage.read.push({ x, y: rate(sample.read_bytes, before.read_bytes) });
    usage.written.push({ x, y: rate(sample.written_bytes, before.written_bytes) });
  });
  return usage;
}

/** One figure as one task (and item) told it, in the order of time. */
export interface Figure {
  key: string;
  name: string;
  task: string;
  mapIndex: number | null;
  label: string | null;
  unit: string | null;
  dots: Dot[];
  last: number;
  least: number;
  most: number;
}

/** What tasks reported, by name, then by task. Of several attempts only the last one counts. */
export function figuresOf(points: readonly MetricPoint[], start: number): Figure[] {
  const found = new Map<string, { edition: number; points: MetricPoint[] }>();
  for (const point of points) {
    const key = `${point.name}\n${point.task}\n${point.map_index ?? ""}`;
    const edition = point.generation * 1_000_000 + point.attempt;
    const known = found.get(key);
    if (known === undefined || known.edition < edition) found.set(key, { edition, points: [point] });
    else if (known.edition === edition) known.points.push(point);
  }
  const figures = [...found].map(([key, { points: told }]) => figureOf(key, told, start));
  return figures.sort((one, other) =>
    one.name.localeCompare(other.name) || one.task.localeCompare(other.task) || (one.mapIndex ?? -1) - (other.mapIndex ?? -1));
}

function figureOf(key: string, told: MetricPoint[], start: number): Figure {
  const inTime = told.toSorted((one, other) => one.at.localeCompare(other.at));
  const { name, task, map_index, label, unit } = inTime.at(-1) as MetricPoint;
  const dots = inTime.map(({ at, value }) => ({ x: (Date.parse(at) - start) / 1000, y: value }));
  const values = dots.map(({ y }) => y);
  return {
    key, name, task, mapIndex: map_index, label, unit, dots,
    last: values.at(-1) ?? NaN,
    least: values.reduce((least, value) => Math.min(least, value), Infinity),
    most: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** A round number that is not below `value`, for the top of an axis: 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * (1 - 1e-12)) ?? 10;
  return step * power;
}

/** At most `most` dots with the shape kept: of each stretch the least and the greatest. */
export function thinned(dots: readonly Dot[], most: number): readonly Dot[] {
  if (dots.length <= most) return dots;
  const stretch = Math.ceil((dots.length * 2) / most);
  const kept: Dot[] = [];
  for (let at = 0; at < dots.length; at += stretch) {
    const part = dots.slice(at, at + stretch);
    const low = part.reduce((one, other) => (other.y < one.y ? other : one));
    const high = part.reduce((one, other) => (other.y > one.y ? other : one));
    kept.push(...(low === high ? [low] : low.x < high.x ? [low, high] : [high, low]));
  }
  return kept;
}

/** The dot nearest to `x`, of dots in order of x. */
export function nearest(dots: readonly Dot[], x: number): Dot | undefined {
  let [low, high] = [0, dots.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((dots[middle]?.x ?? Infinity) < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [dots[low - 1], dots[low]];
  if (before === undefined || after === undefined) return after ?? before;
  return x - before.x <= after.x - x ? before : after;
}
