/** The values of a run's params as a person types them: what a field shows, what it means, what is wrong with it. */
import type { components } from "../wire/api";
import { secondsOf, writtenDuration } from "./durations";
import { jsonText, parseJson, wholeOf } from "./json";

export type Param = components["schemas"]["ParamDocument"];
export type Field = "text" | "number" | "switch" | "choice" | "date" | "datetime" | "json";

/** What a text means; or why it means nothing. */
export type Read = { value: unknown } | { problem: string };

/** How a param is asked for. */
export function fieldOf(param: Param): Field {
  if (param.choices.length > 0) return "choice";
  switch (param.type) {
    case "int":
    case "float":
      return "number";
    case "bool":
      return "switch";
    case "date":
      return "date";
    case "datetime":
      return "datetime";
    case "list":
    case "dict":
    case "any":
      return "json";
    default:
      return "text";
  }
}

/** A value as its field shows it; reading that text gives the value again. */
export function textOf(param: Param, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (fieldOf(param) === "choice") return jsonText(value);
  if (param.type === "duration" && typeof value === "number") return writtenDuration(value);
  return typeof value === "string" && param.type !== "any" ? value : jsonText(value);
}

/** What a person typed, as JSON for the server. The server checks again, and knows more (patterns, time zones). */
export function readValue(param: Param, text: string): Read {
  if (text.trim() === "" && !(param.type === "str" && param.default === "")) {
    if (param.required) return { problem: "a value is needed" };
    return { value: param.default };
  }
  if (fieldOf(param) === "choice") return { value: parseJson(text) };
  const read = READ[param.type]?.(text) ?? { value: text };
  return "problem" in read ? read : bounded(param, read.value);
}

/** The texts of all fields before anybody typed. */
export function firstTexts(params: readonly Param[], given: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return Object.fromEntries(params.map((param) => [param.name, textOf(param, given[param.name] ?? param.default)]));
}

export interface Filled {
  /** What differs from the defaults: all that has to be sent. */
  params: Record<string, unknown>;
  problems: Record<string, string>;
}

/** Reads all fields. */
export function readAll(params: readonly Param[], texts: Readonly<Record<string, string>>): Filled {
  const filled: Filled = { params: {}, problems: {} };
  for (const param of params) {
    const read = readValue(param, texts[param.name] ?? "");
    if ("problem" in read) filled.problems[param.name] = read.problem;
    else if (param.required || !same(read.value, param.default)) filled.params[param.name] = read.value;
  }
  return filled;
}

/** Reads the fields that somebody changed: what differs from the values that a run had, or from the default where it had none. */
export function readEdits(params: readonly Param[], texts: Readonly<Record<string, string>>, given: Readonly<Record<string, unknown>>): Filled {
  const filled: Filled = { params: {}, problems: {} };
  for (const param of params) {
    const text = texts[param.name];
    if (text === undefined) continue;
    const read = readValue(param, text);
    if ("problem" in read) filled.problems[param.name] = read.problem;
    else if (!same(read.value, given[param.name] ?? param.default)) filled.params[param.name] = read.value;
  }
  return filled;
}

/** What a field takes, in a line under it. */
export function hintOf(param: Param): string {
  const words = saidOf(param);
  if (param.type === "duration") words.push("such as 90s, 1h30m");
  if (param.type === "list") words.push("JSON, such as [1, 2]");
  if (param.type === "dict") words.push('JSON, such as {"a": 1}');
  return words.join(" · ");
}

/** What the definition says of a param, in a line of a table. */
export function factsOfParam(param: Param): string {
  return [...saidOf(param), ...(param.choices.length === 0 ? [] : [`one of ${param.choices.map((choice) => (typeof choice === "string" ? choice : textOf(param, choice))).join(", ")}`])].join(" · ");
}

function saidOf(param: Param): string[] {
  const words = [param.description];
  const [low, high] = [param.min, param.max].map((edge) => (edge === null ? null : typeof edge === "number" || typeof edge === "bigint" ? edge.toLocaleString("en", { maximumFractionDigits: 20 }) : textOf(param, edge)));
  if (low !== null && high !== null) words.push(`${low} to ${high}`);
  else if (low !== null) words.push(`at least ${low}`);
  else if (high !== null) words.push(`at most ${high}`);
  if (param.pattern !== null) words.push(`matches ${param.pattern}`);
  return words.filter((word) => word !== "");
}

const READ: Record<string, (text: string) => Read> = {
  int: (text) => (/^\s*[+-]?\d+\s*$/.test(text) ? { value: wholeOf(text) } : { problem: "a whole number is needed" }),
  float: (text) => (Number.isFinite(Number(text)) ? { value: Number(text) } : { problem: "a number is needed" }),
  bool: (text) => ({ value: text === "true" }),
  date: (text) => (isDate(text) ? { value: text } : { problem: "a date is needed, such as 2026-03-01" }),
  datetime: (text) => (Number.isNaN(Date.parse(text)) ? { problem: "a time is needed, such as 2026-03-01T12:00" } : { value: text }),
  duration: (text) => (isDuration(text) ? { value: text.trim() } : { problem: "a duration is needed, such as 90s or 1h30m" }),
  list: (text) => json(text, Array.isArray, "a list is needed, such as [1, 2]"),
  dict: (text) => json(text, isObject, 'an object is needed, such as {"a": 1}'),
  any: (text) => {
    const read = json(text, () => true, "");
    return "problem" in read ? { value: text } : read;
  },
};

function json(text: string, fits: (value: unknown) => boolean, needed: string): Read {
  try {
    const value = parseJson(text);
    return fits(value) ? { value } : { problem: needed };
  } catch (error) {
    return { problem: `${needed}: ${(error as Error).message}` };
  }
}

function bounded(param: Param, value: unknown): Read {
  const at = rank(param, value);
  if (param.min !== null && at < rank(param, param.min)) return { problem: `must be at least ${textOf(param, param.min)}` };
  if (param.max !== null && at > rank(param, param.max)) return { problem: `must be at most ${textOf(param, param.max)}` };
  return { value };
}

function rank(param: Param, value: unknown): number | bigint {
  if (param.type === "date" || param.type === "datetime") return Date.parse(String(value));
  if (param.type === "duration") return typeof value === "number" ? value : secondsOf(String(value));
  return typeof value === "number" || typeof value === "bigint" ? value : NaN;
}

function isDuration(text: string): boolean {
  return Number.isFinite(secondsOf(text)) && secondsOf(text) >= 0;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const [a, b] = [Object.entries(one), new Map(Object.entries(other))];
  return Array.isArray(one) === Array.isArray(other) && a.length === b.size && a.every(([key, value]) => b.has(key) && same(value, b.get(key)));
}
