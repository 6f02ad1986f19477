/** Lengths of time as a person writes them: `>60`, `<5m`, `>1h30m`, `10s..1m`. */

/** In seconds; both ends are outside. */
export interface DurationRange {
  over?: number;
  under?: number;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

export function readDuration(text: string): DurationRange | undefined {
  const range = /^(.+)\.\.(.+)$/.exec(text);
  if (range !== null) {
    const [over, under] = [seconds(range[1]!), seconds(range[2]!)];
    return over === undefined || under === undefined || over >= under ? undefined : { over, under };
  }
  const [sign, length] = [text[0], seconds(text.replace(/^[<>]=?/, ""))];
  if (length === undefined) return undefined;
  return sign === ">" ? { over: length } : sign === "<" ? { under: length } : undefined;
}

function seconds(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|min|[smhd]))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|min|[smhd])/g)) sum += Number(count) * UNITS[unit!]!;
  return sum;
}
