/** Figures as the page says them: short, with their unit, the same everywhere. */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in powers of 1000, as the command line tells them: "512 B", "1.5 MB", "34 MB". */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes < 0) return `−${bytesText(-bytes)}`;
  let [value, unit] = [bytes, 0];
  while (Math.round(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const tenths = Math.round(value * 10);
  return `${unit === 0 || tenths >= 100 ? Math.round(value) : (tenths / 10).toFixed(1)} ${UNITS[unit]}`;
}

/** A whole number with its thousands parted. */
export function countText(count: number | null | undefined): string {
  return count === null || count === undefined ? "–" : count.toLocaleString("en");
}

/** A figure of unknown size, to four digits: "0.0123", "12.5", "1,234,568". */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en");
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3);
  return value.toLocaleString("en", size >= 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 });
}

/** Seconds, as the command line tells them: "4 ms", "1.8 s", "2 min 5 s", "3 h", "2 d 3 h". */
export function durationText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0) return `−${durationText(-seconds)}`;
  if (seconds > 0 && seconds < 0.0005) return "<1 ms";
  if (Math.round(seconds * 1000) < 1000) return `${Math.round(seconds * 1000)} ms`;
  if (Math.round(seconds * 10) < 600) return `${(Math.round(seconds * 10) / 10).toFixed(1)} s`;
  if (Math.round(seconds) < 3_600) return two(Math.round(seconds), 60, "min", "s");
  if (Math.round(seconds / 60) < 24 * 60) return two(Math.round(seconds / 60), 60, "h", "min");
  return two(Math.round(seconds / 3_600), 24, "d", "h");
}

function two(count: number, many: number, large: string, small: string): string {
  return `${Math.floor(count / many)} ${large}${count % many === 0 ? "" : ` ${count % many} ${small}`}`;
}

/** The same for what still goes on: no fractions that race. */
export function runningText(seconds: number): string {
  return seconds < 60 ? `${Math.max(0, Math.floor(seconds))} s` : durationText(Math.floor(seconds));
}

/** "clean", or "forecast [Lima]" for an item. */
export function taskText(name: string, mapIndex: number | null | undefined, label?: string | null): string {
  return mapIndex === null || mapIndex === undefined ? name : `${name} [${label ?? mapIndex}]`;
}

/** How long ago, as the command line tells it: "now", "42 s ago", "5 min ago", "3 h ago", "2 d ago"; then the day (with its year, when that is another). Times in milliseconds since 1970. */
export function agoText(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  if (seconds < 14 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return new Date(at).toLocaleDateString(undefined, { year, month: "short", day: "numeric" });
}

/** A moment in the reader's own time zone, to the second. */
export function momentText(at: string | number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** The time of day alone, where its day stands beside it. */
export function clockText(at: string | number): string {
  return new Date(at).toLocaleTimeString(undefined, { timeStyle: "medium" });
}

/** An error in a line: its class and what it says, where it says anything. */
export function errorText(type: string | null | undefined, message: string | null | undefined): string {
  return [type, message].filter(Boolean).join(": ");
}
