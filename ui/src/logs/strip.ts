/** Lines over time: what the strip above a log is drawn from, and what is chosen on it. Times are microseconds since 1970. */

/** Levels as the strip tells them apart. What is bad stands lowest. */
export const BANDS = ["bad", "warning", "calm"] as const;
export type Band = (typeof BANDS)[number];

/** Counts by level in equal slices of time, as the server gives them. */
export interface Slices {
  readonly after: string | null;
  readonly before: string | null;
  readonly levels: Readonly<Record<string, readonly number[]>>;
}

export interface Strip {
  readonly after: number;
  readonly before: number;
  /** Lines of each slice, by band and in all. */
  readonly bands: Readonly<Record<Band, readonly number[]>>;
  readonly totals: readonly number[];
  readonly most: number;
}

const BAND: Readonly<Record<string, Band>> = { error: "bad", critical: "bad", warning: "warning" };

/** null where no time goes by: there is nothing to choose from. */
export function stripOf({ after, before, levels }: Slices): Strip | null {
  const count = Object.values(levels)[0]?.length ?? 0;
  if (after === null || before === null || count === 0) return null;
  const [from, until] = [microsOf(after), microsOf(before)];
  // The end lies one microsecond behind the last line: a log of one moment has no more than that.
  if (!(until - from > count)) return null;
  const sums = (kept: (level: string) => boolean) =>
    Array.from({ length: count }, (_, slice) => Object.entries(levels).reduce((sum, [level, counts]) => sum + (kept(level) ? (counts[slice] ?? 0) : 0), 0));
  const ofBand = (band: Band) => sums((level) => (BAND[level] ?? "calm") === band);
  const totals = sums(() => true);
  return {
    after: from, before: until, totals, most: totals.reduce((most, count) => Math.max(most, count), 0),
    bands: { bad: ofBand("bad"), warning: ofBand("warning"), calm: ofBand("calm") },
  };
}

/** Least heights, of `height` = 40: a single error among a million lines is seen. */
const LEAST: Readonly<Record<Band, number>> = { bad: 5, warning: 3, calm: 2 };

/** A path for each band, where a slice is 1 wide and the highest bar `height` high. */
export function pathsOf({ bands, most, totals }: Strip, height: number): Record<Band, string> {
  const paths: Record<Band, string> = { bad: "", warning: "", calm: "" };
  for (let slice = 0; slice < totals.length; slice++) {
    let bottom = height;
    for (const band of BANDS) {
      const count = bands[band][slice] ?? 0;
      if (count === 0) continue;
      const high = Math.min(bottom, Math.max((LEAST[band] * height) / 40, (count / most) * height));
      bottom -= high;
      paths[band] += `M${slice + 0.06} ${round(bottom)}h.88v${round(high)}h-.88z`;
    }
  }
  return paths;
}

/** The time from the start of a slice to the end of another, in either order, as the address and the server take it. */
export function rangeOf(strip: Strip, one: number, other: number): [from: string, until: string] {
  return [isoOf(beginOf(strip, Math.min(one, other))), isoOf(beginOf(strip, Math.max(one, other) + 1))];
}

/** The slices of a range that was given by `rangeOf`, the last one not included. */
export function slicesOf(strip: Strip, [from, until]: readonly [string, string]): [first: number, end: number] {
  const edge = (at: string) => Math.round(shareOf(strip, at) * strip.totals.length);
  return [edge(from), edge(until)];
}

/** Lines in slices `first` to just before `end`. */
export function linesIn({ totals }: Strip, first: number, end: number): number {
  return totals.slice(first, Math.max(first, end)).reduce((sum, count) => sum + count, 0);
}

/** Where a moment stands on the strip: 0 its start, 1 its end. */
export function shareOf({ after, before }: Strip, at: string): number {
  return Math.min(1, Math.max(0, (microsOf(at) - after) / (before - after)));
}

/** The slice at a share of the strip. */
export function sliceAt({ totals }: Strip, share: number): number {
  return Math.min(totals.length - 1, Math.max(0, Math.floor(share * totals.length)));
}

function beginOf({ after, before, totals }: Strip, slice: number): number {
  return Math.floor(after + (slice * (before - after)) / totals.length);
}

/** Of an ISO time with any number of decimals; what is smaller than a microsecond is cut. */
export function microsOf(at: string): number {
  const [, decimals = ""] = /\.(\d+)/.exec(at) ?? [];
  return Date.parse(at.replace(/\.\d+/, "")) * 1_000 + Number(decimals.slice(0, 6).padEnd(6, "0"));
}

export function isoOf(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(micros - seconds * 1_000_000).padStart(6, "0")}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
