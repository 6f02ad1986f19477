/** Counts and quartiles: what histograms and boxes show of values. */
import { bin, quantileSorted, thresholdSturges } from "d3-array";

export interface Bins {
  edges: readonly number[];
}

/** Edges of bins over all values: as told (`start`, `end`, `size` or about how many), else by Sturges' rule (1926). */
export function binsOf(values: readonly number[], told: { start?: number | undefined; end?: number | undefined; size?: number | undefined; about?: number | undefined }): Bins {
  if (values.length === 0) return { edges: [0, 1] };
  if (told.size !== undefined && told.size > 0) {
    const start = told.start ?? Math.floor(least(values) / told.size) * told.size;
    const end = told.end ?? -least(values.map((value) => -value));
    const count = Math.min(5_000, Math.max(1, Math.ceil((end - start) / told.size + 1e-9)));
    return { edges: Array.from({ length: count + 1 }, (_, at) => start + at * told.size!) };
  }
  const about = told.about !== undefined && told.about > 0 ? Math.min(5_000, told.about) : thresholdSturges(values);
  const found = bin().thresholds(about)(values as number[]);
  const step = found.length > 2 ? found[1]!.x1! - found[1]!.x0! : undefined;
  if (step === undefined || step <= 0) {
    const [low, high] = [found[0]!.x0!, found.at(-1)!.x1!];
    return { edges: high > low ? [low, ...found.slice(1).map((each) => each.x0!), high] : [low - 0.5, low + 0.5] };
  }
  const first = found[1]!.x0! - step;
  return { edges: Array.from({ length: found.length + 1 }, (_, at) => first + at * step) };
}

export type Into = "count" | "sum" | "avg" | "min" | "max";

/** What falls into each bin, or what it amounts to by `weights`. A value on an edge belongs to the bin that it begins. */
export function filled({ edges }: Bins, values: readonly number[], weights: readonly number[], into: Into): number[] {
  const places = new Map<number, number[]>();
  values.forEach((value, at) => {
    const place = placeIn(edges, value);
    if (place < 0 || (into !== "count" && !Number.isFinite(weights[at] ?? NaN))) return;
    const known = places.get(place);
    if (known === undefined) places.set(place, [weights[at] ?? 1]);
    else known.push(weights[at] ?? 1);
  });
  return Array.from({ length: edges.length - 1 }, (_, at) => amount(places.get(at) ?? [], into));
}

export function amount(parts: readonly number[], into: Into): number {
  if (into === "count") return parts.length;
  if (parts.length === 0) return into === "sum" ? 0 : NaN;
  if (into === "min") return least(parts);
  if (into === "max") return -least(parts.map((part) => -part));
  const sum = parts.reduce((total, part) => total + part, 0);
  return into === "sum" ? sum : sum / parts.length;
}

function placeIn(edges: readonly number[], value: number): number {
  const last = edges.length - 1;
  if (!(value >= edges[0]!) || value > edges[last]!) return -1;
  let [low, high] = [0, last - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How counts are told: of all, of a hundred, by the width of a bin. */
export function normed(counts: readonly number[], { edges }: Bins, norm: string): number[] {
  const sum = counts.reduce((total, count) => total + count, 0) || 1;
  return counts.map((count, at) => {
    const share = norm.includes("percent") ? (count / sum) * 100 : norm.includes("probability") ? count / sum : count;
    return norm.includes("density") ? share / (norm === "density" ? 1 : sum) / (edges[at + 1]! - edges[at]!) : share;
  });
}

export interface Box {
  low: number;
  q1: number;
  middle: number;
  q3: number;
  high: number;
  outside: readonly number[];
}

/** Quartiles by straight lines between values, whiskers to the last value within 1.5 boxes (Tukey, 1977). */
export function boxOf(values: readonly number[]): Box | undefined {
  const sorted = values.filter(Number.isFinite).sort((one, other) => one - other);
  if (sorted.length === 0) return undefined;
  const at = (share: number) => quantileSorted(sorted, share)!;
  const [q1, middle, q3] = [at(0.25), at(0.5), at(0.75)];
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return { low: Math.min(q1, inside[0] ?? q1), q1, middle, q3, high: Math.max(q3, inside.at(-1) ?? q3), outside: sorted.filter((value) => value < q1 - reach || value > q3 + reach) };
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}
