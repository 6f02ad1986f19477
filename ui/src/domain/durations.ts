/** Durations as people write them: read, and written so that they can be read again. */

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86400, w: 604800 };
const PART = /(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])/gi;

/** Seconds of a text such as "1h30m" or "90"; NaN where it is none. */
export function secondsOf(text: string): number {
  const bare = text.trim();
  if (/^\d+(\.\d+)?$/.test(bare)) return Number(bare);
  const parts = [...bare.matchAll(PART)];
  if (parts.length === 0 || bare.replace(PART, "").trim() !== "") return NaN;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!.toLowerCase()]!, 0);
}

/** Seconds as a person writes them: "1h30m". */
export function writtenDuration(seconds: number): string {
  let left = seconds;
  let text = "";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["m", 60]] as const) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  left = Math.round(left * 1000) / 1000;
  return left > 0 || text === "" ? `${text}${left}s` : text;
}
