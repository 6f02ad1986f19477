/**
 * The filter of runs as text: `state:failed -label:team=data created:last-7d "connection refused"`.
 *
 * A term is a key and values, any of which will do; a leading `-` (or `!`, there or before a value) excludes. What has no
 * key is looked for in the errors. Reading never fails: what is not understood is told with its place.
 */
import { factsOf, type Key, type KeyFacts, KEYS } from "./keys";
import { readDuration } from "./durations";
import { nearest } from "./nearest";
import { quoted, tokensOf, valuesOf } from "./tokens";
import { readTime } from "./when";

export interface Term {
  key: Key;
  exclude: boolean;
  values: string[];
}

/** A term with its place in the text. */
export interface Placed extends Term {
  start: number;
  end: number;
}

export interface Trouble {
  start: number;
  end: number;
  message: string;
  /** What would be right in its place. */
  instead?: string;
}

export interface Reading {
  terms: Placed[];
  troubles: Trouble[];
}

/** Reads a filter. Terms that are not right are left out and told as troubles. */
export function readFilter(text: string): Reading {
  const terms: Placed[] = [];
  const troubles: Trouble[] = [];
  for (const token of tokensOf(text)) {
    const term = readTerm(token.raw);
    const place = { start: token.start, end: token.end };
    if ("message" in term) troubles.push({ ...place, ...term });
    else terms.push({ ...place, ...term });
  }
  return { terms: joinWords(terms), troubles: [...troubles, ...twice(terms)] };
}

type Wrong = Pick<Trouble, "message" | "instead">;

function readTerm(raw: string): Term | Wrong {
  const exclude = /^[-!]./.test(raw);
  const rest = exclude ? raw.slice(1) : raw;
  const colon = /^[A-Za-z_]+:/.exec(rest)?.[0].length ?? 0;
  if (colon === 0) return readWord(rest, exclude, raw);
  const name = rest.slice(0, colon - 1);
  const facts = factsOf(name);
  if (facts === undefined) return unknownKey(name, rest.slice(colon), exclude);
  return readValues(facts, rest.slice(colon), exclude);
}

function readWord(rest: string, exclude: boolean, raw: string): Term | Wrong {
  if (exclude && raw.startsWith("-")) return { message: `runs can't be excluded by a text of their error: ${rest}`, instead: rest };
  const value = valuesOf(exclude ? raw : rest).join(",");
  return value === "" ? { message: "an empty text is in every error" } : { key: "error", exclude: false, values: [value] };
}

function unknownKey(name: string, values: string, exclude: boolean): Wrong {
  const close = nearest(name, KEYS.map(({ key }) => key));
  const known = KEYS.map(({ key }) => key).join(", ");
  if (close === undefined) return { message: `there is no key "${name}"; there are ${known}`, instead: `"${name}:${values.replace(/"/g, "")}"` };
  return { message: `there is no key "${name}"; did you mean ${close}?`, instead: `${exclude ? "-" : ""}${close}:${values}` };
}

function readValues(facts: KeyFacts, written: string, before: boolean): Term | Wrong {
  const { key, example } = facts;
  if (written === "") return { message: `${key}: needs a value, as in ${example}` };
  const inner = /^!./.test(written);
  const exclude = before !== inner;
  if ((before || inner) && !facts.excludes) return { message: `runs can't be excluded by ${key}`, instead: `${key}:${inner ? written.slice(1) : written}` };
  const values = valuesOf(inner ? written.slice(1) : written).filter((value) => value !== "");
  if (values.length === 0) return { message: `${key}: needs a value, as in ${example}` };
  if (key === "error") return { key, exclude: false, values: [values.join(",")] };
  if (!facts.excludes && key !== "id" && values.length > 1) return { message: `${key}: takes one value`, instead: `${key}:${values[0]}` };
  for (const value of values) {
    const wrong = check(facts, value, exclude);
    if (wrong !== undefined) return wrong;
  }
  const folded = typeof facts.takes === "object" || key === "id" ? values.map((value) => value.toLowerCase()) : values;
  return { key, exclude, values: [...new Set(folded)] };
}

function check({ key, takes, example }: KeyFacts, value: string, exclude: boolean): Wrong | undefined {
  if (takes === "time") return readTime(value) === undefined ? { message: `"${value}" is no time; write ${example}, today, >2026-03-01 or 2026-03-01..2026-03-05` } : undefined;
  if (takes === "duration") return readDuration(value) === undefined ? { message: `"${value}" is no duration; write >60 (seconds), <5m, >1h30m or 10s..1m` } : undefined;
  if (key === "label") return value.startsWith("=") ? { message: "a label needs its name before the =, as in label:team=data" } : undefined;
  if (key === "id") return /^[0-7][0-9a-hjkmnp-tv-z]{12}$/i.test(value) ? undefined : { message: `"${value}" is no id of a run: those are 13 letters and digits` };
  if (takes === "text" || takes.words.includes(value.toLowerCase())) return undefined;
  const close = nearest(value, takes.words);
  const start = `${exclude ? "-" : ""}${key}:`;
  return close === undefined
    ? { message: `there is no ${key} "${value}"; there are ${takes.words.join(", ")}` }
    : { message: `there is no ${key} "${value}"; did you mean ${close}?`, instead: start + close };
}

/** Words that follow each other are one text: `connection refused`. */
function joinWords(terms: Placed[]): Placed[] {
  const joined: Placed[] = [];
  for (const term of terms) {
    const last = joined.at(-1);
    if (term.key === "error" && last?.key === "error") {
      joined[joined.length - 1] = { ...last, end: term.end, values: [`${last.values[0]} ${term.values[0]}`] };
    } else joined.push(term);
  }
  return joined;
}

/** One text can be looked for at a time. */
function twice(terms: readonly Placed[]): Trouble[] {
  const texts = joinWords([...terms]).filter(({ key }) => key === "error");
  return texts.slice(1).map(({ start, end }) => ({ start, end, message: "one text of the error can be looked for at a time; put it in quotes if it holds a colon" }));
}

/** A term as it is written. Reading it gives the same term. */
export function writeTerm({ key, exclude, values }: Term): string {
  return `${exclude ? "-" : ""}${key}:${values.map(quoted).join(",")}`;
}

/** Terms as a text. */
export function writeFilter(terms: readonly Term[]): string {
  return terms.map(writeTerm).join(" ");
}
