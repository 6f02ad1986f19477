/** Times as a person writes them: `last-7d`, `today`, `>2026-03-01`, `2026-03-01..2026-03-05`, in the reader's own time zone. */

/** What a text means, at any `now` (milliseconds since 1970): from `after` on, before `before`. */
export type When = (now: number) => { after?: number; before?: number };

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export function readTime(text: string): When | undefined {
  const word = text.toLowerCase();
  if (word === "today") return (now) => ({ after: dayOf(now) });
  if (word === "yesterday") return (now) => ({ after: dayOf(dayOf(now) - 1), before: dayOf(now) });
  const last = /^last-(\d{1,5})([mhdw])$/.exec(word);
  // Whole minutes, so that the same question is asked for a while and its answer is kept.
  if (last !== null) return (now) => ({ after: Math.floor(now / 60_000) * 60_000 - Number(last[1]) * UNITS[last[2]!]! });
  const range = /^(.+)\.\.(.+)$/.exec(text);
  if (range !== null) return between(readMoment(range[1]!), readMoment(range[2]!));
  const sign = /^[<>]=?/.exec(text)?.[0] ?? "";
  const moment = readMoment(text.slice(sign.length));
  if (moment === undefined) return undefined;
  const { start, end } = moment;
  if (sign === "") return () => ({ after: start, before: end });
  if (sign === ">") return () => ({ after: moment.whole ? end : start });
  if (sign === ">=") return () => ({ after: start });
  return sign === "<" ? () => ({ before: start }) : () => ({ before: end });
}

interface Moment {
  start: number;
  end: number;
  /** A day rather than a minute. */
  whole: boolean;
}

function between(from: Moment | undefined, to: Moment | undefined): When | undefined {
  if (from === undefined || to === undefined || to.end <= from.start) return undefined;
  return () => ({ after: from.start, before: to.end });
}

function readMoment(text: string): Moment | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?)?$/i.exec(text);
  if (found === null) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const start = new Date(year, month - 1, day);
  if (start.getFullYear() !== year || start.getMonth() !== month - 1 || start.getDate() !== day) return undefined;
  if (found[4] === undefined) return { start: start.getTime(), end: new Date(year, month - 1, day + 1).getTime(), whole: true };
  const at = Date.parse(text.replace(" ", "T").toUpperCase());
  return Number.isNaN(at) ? undefined : { start: at, end: at + (found[6] === undefined ? 60_000 : 1_000), whole: false };
}

/** The day's first moment; the day before, for a moment before it. */
function dayOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
