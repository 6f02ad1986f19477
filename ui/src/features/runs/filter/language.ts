/**
 * The filter bar's language: words that stand in the bar, in the address and in saved views.
 *
 *     state:failed,cancelled -label:team=data pipeline:orders created:7d duration:>60s "no such table"
 *
 * `key:value` narrows, a comma means any of them, a leading `-` excludes (a `!` does too). What has no key is looked for in errors.
 */
import { secondsOf } from "../../../domain/durations";
import { RUN_STATES } from "../../../domain/states";
import { nearest } from "./nearest";

export const KEYS = ["state", "pipeline", "namespace", "label", "tag", "type", "trigger", "created", "duration", "error", "id"] as const;
export type Key = (typeof KEYS)[number];

const TYPES = ["standard", "test", "debug", "replay", "incremental", "backfill"] as const;
const TRIGGERS = ["manual", "schedule", "event", "completion", "backfill", "retry"] as const;
/** Values that a key takes, where they are few and known. */
export const VALUES: Partial<Record<Key, readonly string[]>> = {
  state: RUN_STATES, type: TYPES, trigger: TRIGGERS, created: ["1h", "24h", "7d", "30d"], duration: [">10s", ">1m", ">1h", "<1s"],
};

/** One condition. `at` to `end` is where it stands in the text; `problem` says why it means nothing. */
export interface Term {
  key: Key;
  values: string[];
  exclude: boolean;
  at: number;
  end: number;
  problem: string | null;
  /** What was probably meant by a condition with a problem. */
  instead: string | null;
}

/** Conditions of a text, in its order. */
export function parse(text: string): Term[] {
  return [...text.matchAll(TERM)].map((found) => {
    const [whole, minus, word, rest] = found;
    const place = { at: found.index, end: found.index + whole.length, problem: null, instead: null };
    const named = word === undefined ? undefined : (ALIASES[word.toLowerCase()] ?? word.toLowerCase());
    const known = KEYS.find((key) => key === named);
    const exclude = minus !== undefined || (rest?.startsWith("!") ?? false);
    if (known !== undefined) return checked({ key: known, values: listed((rest ?? "").replace(/^!/, ""), known), exclude, ...place });
    // A colon in an error's text is as likely as a key that is misspelt.
    const said: Term = { key: "error", values: [unquoted(whole.replace(/^[-!]/, ""))], exclude: minus !== undefined, ...place };
    return word === undefined ? checked(said) : { ...said, ...unknown(word, `${minus ?? ""}`, rest ?? "", print({ ...said, exclude: false })) };
  });
}

function unknown(word: string, minus: string, rest: string, quotedWhole: string): Pick<Term, "problem" | "instead"> {
  const close = nearest(word, KEYS);
  if (close === undefined) return { problem: `there is no key “${word}”: there are ${KEYS.join(", ")}; or is it a text of the error?`, instead: quotedWhole };
  return { problem: `there is no key “${word}”; did you mean ${close}?`, instead: `${minus}${close}:${rest}` };
}

/** A condition as text; `parse` reads it back. */
export function print({ key, values, exclude }: Pick<Term, "key" | "values" | "exclude">): string {
  return `${exclude ? "-" : ""}${key}:${values.map(quoted).join(",")}`;
}

/** A text with a condition more; a condition on the same key that says the same thing is taken out instead. */
export function toggled(text: string, key: Key, value: string): string {
  const terms = parse(text);
  const same = terms.find((term) => term.key === key && !term.exclude && term.problem === null);
  if (same === undefined) return `${text.trim()} ${print({ key, values: [value], exclude: false })}`.trim();
  const values = same.values.includes(value) ? same.values.filter((one) => one !== value) : [...same.values, value];
  const put = values.length === 0 ? "" : print({ ...same, values });
  return replaced(text, same, put);
}

/** A text with one condition replaced. */
export function replaced(text: string, term: Term, by: string): string {
  return `${text.slice(0, term.at)}${by}${text.slice(term.end)}`.replace(/\s+/g, " ").trim();
}

/** The list's query for a text. Conditions with a problem are left out. `now` in milliseconds since 1970. */
export function queryOf(text: string, now: number): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  const put = (key: string, value: string) => (query[key] ??= []).push(value);
  for (const term of parse(text)) {
    if (term.problem !== null) continue;
    const [first] = term.values as [string];
    if (term.key === "created") {
      const { created_after: after, created_before: before } = createdRange(first, now) ?? {};
      if (after !== undefined) narrow(query, "created_after", after, (one, other) => (one > other ? one : other));
      if (before !== undefined) narrow(query, "created_before", before, (one, other) => (one < other ? one : other));
    } else if (term.key === "duration") {
      const { longer, seconds } = durationRange(first)!;
      narrow(query, longer ? "duration_gt" : "duration_lt", String(seconds), (one, other) => String(longer ? Math.max(+one, +other) : Math.min(+one, +other)));
    } else if (term.key === "error") {
      // The server takes one text: several words are one phrase.
      query["q"] = [[...(query["q"] ?? []), first].join(" ")];
    } else for (const value of term.values) put(term.key, `${term.exclude ? "!" : ""}${value}`);
  }
  return query;
}

/** The server takes one value of these: of several the narrowest. */
function narrow(query: Record<string, string[]>, key: string, value: string, narrowest: (one: string, other: string) => string): void {
  const [before] = query[key] ?? [];
  query[key] = [before === undefined ? value : narrowest(before, value)];
}

/**
 * A range of time as a person gives it: `7d` or `last-7d` (until now), `today`, `yesterday`, `2026-03-01`, `2026-03-01..2026-03-07`, `2026-03-01..`,
 * `>2026-03-01`, `<2026-03-01`.
 */
export function createdRange(text: string, now: number): { created_after?: string; created_before?: string } | null {
  if (text === "today") return createdRange(`${dayOf(now, 0)}..`, now);
  if (text === "yesterday") return createdRange(dayOf(now, -1), now);
  const side = /^([<>])=?(.+)$/.exec(text);
  if (side !== null) {
    const at = moment(side[2]!, side[1] === ">" && text[1] !== "=" ? 1 : side[1] === "<" && text[1] === "=" ? 1 : 0);
    return at === undefined ? null : side[1] === ">" ? { created_after: at } : { created_before: at };
  }
  const ago = /^(?:last-)?(\d{1,5})(m|h|d|w)$/.exec(text);
  if (ago !== null) {
    // Rounded down to a minute, so that the same filter asks the same question for a while.
    const since = now - Number(ago[1]) * AGO[ago[2] as keyof typeof AGO];
    return { created_after: new Date(Math.floor(since / 60_000) * 60_000).toISOString() };
  }
  const [from, to, more] = text.split("..");
  if (more !== undefined || (from === "" && (to ?? "") === "")) return null;
  const first = from === "" ? null : moment(from!, 0);
  const last = to === undefined ? moment(from!, 1) : to === "" ? null : moment(to, 1);
  if (first === undefined || last === undefined) return null;
  return { ...(first && { created_after: first }), ...(last && { created_before: last }) };
}

/** The reader's day, so many days from one. */
function dayOf(now: number, days: number): string {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `>60s`, `<1m30s`. */
export function durationRange(text: string): { longer: boolean; seconds: number } | null {
  const found = /^([<>])\s*(.+)$/.exec(text);
  if (found === null) return null;
  const seconds = secondsOf(found[2]!);
  if (Number.isNaN(seconds)) return null;
  return { longer: found[1] === ">", seconds };
}

const AGO = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const ALIASES: Record<string, Key> = { status: "state", ns: "namespace", since: "created", date: "created", q: "error", run: "id" };

// A minus, a key with a colon, values (quoted or not, with commas between); or a word or a quoted text alone.
const BARE = String.raw`"(?:[^"\\]|\\.)*"?|[^\s,"]+`;
// Behind a `=` the quotes may stand around a label's value alone.
const VALUE = String.raw`(?:[^\s,"=]+="(?:[^"\\]|\\.)*"|${BARE})`;
const TERM = new RegExp(String.raw`([-!])?(?:([A-Za-z_]+):(${VALUE}?(?:,${VALUE}?)*)|(?:${BARE})(?:,(?:${BARE})?)*)`, "g");

function listed(rest: string, key: Key): string[] {
  const values = [...rest.matchAll(new RegExp(VALUE, "g"))].map(([one]) => unquoted(one));
  return key === "error" || key === "created" || key === "duration" ? [values.join(",")] : values;
}

function unquoted(text: string): string {
  const label = /^([^\s,"=]+=)(".*")$/s.exec(text);
  if (label !== null) return label[1]! + unquoted(label[2]!);
  if (!text.startsWith('"')) return text;
  const end = text.length > 1 && text.endsWith('"') && !/(?:^|[^\\])(?:\\\\)*\\"$/.test(text) ? -1 : undefined;
  return text.slice(1, end).replace(/\\(.)/g, "$1");
}

function quoted(value: string): string {
  return value !== "" && /^[^\s,"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** A query as the text after a `?`. */
export function queryText(query: Readonly<Record<string, readonly string[]>>): string {
  const search = new URLSearchParams();
  for (const [key, values] of Object.entries(query)) for (const value of values) search.append(key, value);
  return search.toString();
}

function checked(term: Term): Term {
  const known = term.key === "state" || term.key === "type" || term.key === "trigger" ? VALUES[term.key]! : null;
  const wrong = known === null ? undefined : term.values.find((value) => !known.includes(value));
  const close = wrong === undefined ? undefined : nearest(wrong, known ?? []);
  if (close === undefined) return { ...term, problem: problemOf(term, wrong, known ?? []) };
  const instead = print({ ...term, values: term.values.map((value) => (value === wrong ? close : value)) });
  return { ...term, problem: `“${wrong}” is no ${term.key}; did you mean ${close}?`, instead };
}

function problemOf({ key, values, exclude }: Term, wrong: string | undefined, known: readonly string[]): string | null {
  if (values.length === 0 || values.every((value) => value === "")) return `${key}: what?`;
  if (wrong !== undefined) return `“${wrong}” is no ${key}: ${known.join(", ")}`;
  if (exclude && (key === "created" || key === "duration" || key === "error")) return `${key} can’t be excluded`;
  if (key === "created" && createdRange(values[0]!, 0) === null) return `“${values[0]}” is no time: write 24h, 7d, today, 2026-03-01, >2026-03-01 or 2026-03-01..2026-03-07`;
  if (key === "duration" && durationRange(values[0]!) === null) return `“${values[0]}” is no duration: write >60s or <5m`;
  return null;
}

/** A day or a time as ISO 8601 in UTC; a day's end for `days` 1; null for none, undefined for what is no time. */
function moment(text: string, days: 0 | 1): string | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  // A day is the reader's own, from midnight to midnight.
  const at = new Date(day ? `${text}T00:00:00` : text);
  if (Number.isNaN(at.getTime())) return undefined;
  if (day) at.setDate(at.getDate() + days);
  return at.toISOString();
}
