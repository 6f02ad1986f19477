/** Marks on a time axis: at round times, so far apart that their words don't touch. Pure. */

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

/** Distances that a person counts in. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE,
  10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY, 112 * DAY, 364 * DAY,
] as const;

/** The least round distance, in milliseconds, that takes at least `apart` pixels; `perPixel` milliseconds are a pixel. */
export function stepOf(perPixel: number, apart = 84): number {
  return STEPS.find((step) => step >= perPixel * apart) ?? STEPS[STEPS.length - 1]!;
}

/** Multiples of a step from `from` to `to`. */
export function ticksOf(from: number, to: number, step: number): number[] {
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 1_000; at += step) ticks.push(at);
  return ticks;
}

/** Time since the run began, as exact as the step needs: "0", "250 ms", "1.5 s", "2 min 30 s", "3 h 5 min"; days into it "… 1 min 55 s". */
export function tickText(at: number, step: number): string {
  if (at === 0) return "0";
  const sign = at < 0 ? "−" : "";
  const size = Math.abs(at);
  if (size < SECOND) return `${sign}${Math.round(size)} ms`;
  if (size < MINUTE) return `${sign}${(size / SECOND).toFixed(step < 10 ? 3 : step < 100 ? 2 : step < SECOND ? 1 : 0)} s`;
  const parts: [number, string][] = [[Math.floor(size / DAY), "d"], [Math.floor((size % DAY) / HOUR), "h"], [Math.floor((size % HOUR) / MINUTE), "min"]];
  const seconds = (size % MINUTE) / SECOND;
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  if (step < MINUTE && (seconds > 0 || step < SECOND)) words.push(`${seconds.toFixed(step < 10 ? 3 : step < 100 ? 2 : step < SECOND ? 1 : 0)} s`);
  return sign + (words.length > 3 ? `… ${words.slice(-2).join(" ")}` : words.join(" "));
}
