/** Times beside log lines. */

export type TimeMode = "clock" | "since" | "none";

/** A line's time: on the clock of this place, or since `start` (both in milliseconds since 1970). */
export function timeText(at: string, mode: TimeMode, start: number): string {
  if (mode === "none") return "";
  const then = Date.parse(at);
  if (Number.isNaN(then)) return at;
  return mode === "clock" ? clockText(then) : sinceText((then - start) / 1000);
}

function clockText(then: number): string {
  const date = new Date(then);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

/** `+2.041`, `+1:02.500`, `+1:00:00.000`: seconds since the start of the run, by the second. */
export function sinceText(seconds: number): string {
  const sign = seconds < 0 ? "−" : "+";
  const all = Math.round(Math.abs(seconds) * 1000);
  const [hours, minutes, rest] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, all % 60_000];
  const tail = `${Math.floor(rest / 1000)}.${three(rest % 1000)}`;
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${tail.padStart(6, "0")}`;
  return minutes > 0 ? `${sign}${minutes}:${tail.padStart(6, "0")}` : `${sign}${tail}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

function three(n: number): string {
  return String(n).padStart(3, "0");
}
