/** Axes: where they lie, of what kind their values are, and which number stands for a value. */
import { momentOf, numberOf, pairOf, textOf, type Told, type Value, type Values, within, wordOf } from "./values";

type AxisKind = "linear" | "log" | "time" | "category";

export interface Axis {
  /** x, y, x2 ... */
  id: string;
  kind: AxisKind;
  title: string;
  /** The part of the paper that it spans, from left or from below. */
  frame: readonly [number, number];
  side: "bottom" | "top" | "left" | "right";
  /** Lies over another: has no lines of its own. */
  over: boolean;
  labelled: boolean;
  hidden: boolean;
  turned: boolean;
  /** Words in the order of their numbers. */
  categories: readonly string[];
  /** From the least to the most; of a log axis the values themselves. */
  extent: readonly [number, number];
  /** How ticks are written, in the words of d3-format and d3-time-format. */
  format: string | undefined;
  prefix: string;
  suffix: string;
  /** Axes of one such name have one extent. */
  together: string;
  range: readonly [Value, Value] | undefined;
}

/** What a layout says of one axis; its kind and categories from the values along it. */
export function axisOf(id: string, layout: Told, values: Values, ours: { extent?: readonly [number, number] } = {}): Axis {
  const letter = id.charAt(0);
  const told = within(layout, `${letter}axis${id.slice(1)}`);
  const over = wordOf(told["overlaying"]);
  const kind = kindOf(told["type"], values);
  const range = Array.isArray(told["range"]) && told["range"].length === 2 ? (told["range"] as [Value, Value]) : undefined;
  return {
    id, kind, over: over !== undefined, range, title: textOf(told["title"]),
    frame: pairOf(told["domain"]) ?? pairOf(over === undefined ? undefined : within(layout, `${letter}axis${over.slice(1)}`)["domain"]) ?? gridFrame(id, layout) ?? [0, 1],
    side: sideOf(letter, told["side"]), labelled: told["showticklabels"] !== false && told["visible"] !== false, hidden: told["visible"] === false,
    turned: String(told["autorange"]).includes("reversed") || (range !== undefined && numbersIn(kind, [], range)[0]! > numbersIn(kind, [], range)[1]!),
    categories: kind === "category" ? categoriesOf(told, values) : [], extent: ours.extent ?? [0, 1],
    format: wordOf(told["tickformat"]) || undefined, prefix: wordOf(told["tickprefix"]) ?? "", suffix: wordOf(told["ticksuffix"]) ?? "",
    together: wordOf(told["matches"]) ?? id,
  };
}

function sideOf(letter: string, told: unknown): Axis["side"] {
  if (letter === "x") return told === "top" ? "top" : "bottom";
  return told === "right" ? "right" : "left";
}

/** Rows and columns told as a grid alone: axes are counted along them, gaps are tenths as in the reference. */
function gridFrame(id: string, layout: Told): readonly [number, number] | undefined {
  const grid = within(layout, "grid");
  const [rows, columns] = [numberOf(grid["rows"]), numberOf(grid["columns"])];
  if (rows === undefined || columns === undefined) return undefined;
  const place = Number(id.slice(1) || "1") - 1;
  const coupled = grid["pattern"] !== "independent";
  const of = id.startsWith("x") ? columns : rows;
  const at = coupled ? place : id.startsWith("x") ? place % columns : Math.floor(place / columns);
  const counted = id.startsWith("x") || grid["roworder"] === "bottom to top" ? at : rows - 1 - at;
  const gap = numberOf(grid[id.startsWith("x") ? "xgap" : "ygap"]) ?? (coupled ? 0.1 : id.startsWith("x") ? 0.2 : 0.3);
  const size = 1 / (of - gap);
  return [counted * size, (counted + 1 - gap) * size];
}

const DAY = /^\s*\d{4}-\d\d(-\d\d)?([T ]\d\d:.*)?$/;

function kindOf(told: unknown, values: Values): AxisKind {
  const texts = values.filter((value) => typeof value === "string");
  if (told === "category" || told === "multicategory") return "category";
  if (told === "date") return "time";
  if (texts.length > 0 && told === undefined && texts.every((text) => DAY.test(text))) return "time";
  if (texts.some((text) => text.trim() === "" || Number.isNaN(Number(text)))) return "category";
  return told === "log" ? "log" : "linear";
}

function categoriesOf(told: Told, values: Values): string[] {
  const first = Array.isArray(told["categoryarray"]) ? told["categoryarray"].map(String) : [];
  const found = [...new Set(values.flatMap((value) => (value === null ? [] : [String(value)])))];
  const order = wordOf(told["categoryorder"]) ?? "";
  if (order.startsWith("category ")) found.sort((one, other) => one.localeCompare(other) * (order.endsWith("descending") ? -1 : 1));
  return [...new Set([...first, ...found])];
}

/** The numbers that values stand for along an axis; NaN for what has none. */
export function numbersOf(axis: Pick<Axis, "kind" | "categories">, values: Values): number[] {
  return numbersIn(axis.kind, axis.categories, values);
}

function numbersIn(kind: AxisKind, categories: readonly string[], values: Values): number[] {
  if (kind === "category") {
    const places = new Map(categories.map((word, at) => [word, at]));
    return values.map((value) => (value === null ? NaN : (places.get(String(value)) ?? (typeof value === "number" ? value : NaN))));
  }
  if (kind === "time") return values.map(momentOf);
  const numbers = values.map((value) => (value === null || value === "" ? NaN : Number(value)));
  return kind === "log" ? numbers.map((value) => (value > 0 ? value : NaN)) : numbers;
}

/** The extent of an axis: as told, or what lies along it with some air where the marks ask for it. */
export function extentAlong(axis: Axis, spans: readonly Span[]): readonly [number, number] {
  if (axis.range !== undefined) {
    const told = axis.kind === "log" ? axis.range.map((power) => 10 ** Number(power)) : numbersOf(axis, axis.range);
    const [from, to] = [Math.min(...told), Math.max(...told)];
    if (from < to) return [from, to];
  }
  const known = spans.filter(({ low, high }) => low <= high);
  if (axis.kind === "category") return known.length === 0 ? [-0.5, Math.max(0.5, axis.categories.length - 0.5)] : [Math.min(-0.5, ...known.map(({ low }) => low)), Math.max(axis.categories.length - 0.5, ...known.map(({ high }) => high))];
  if (known.length === 0) return axis.kind === "log" ? [1, 10] : [0, 1];
  const [low, high] = [Math.min(...known.map((span) => span.low)), Math.max(...known.map((span) => span.high))];
  if (axis.kind === "log") return low === high ? [low / 2, high * 2] : known.some(({ air }) => air) ? [low / (high / low) ** 0.05, high * (high / low) ** 0.05] : [low, high];
  if (low === high) return axis.kind === "time" ? [low - 1000, high + 1000] : low === 0 ? [-1, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const air = known.some((span) => span.air) ? (high - low) * 0.05 : 0;
  const grounded = known.some((span) => span.ground);
  return [grounded && low === 0 ? 0 : low - air, grounded && high === 0 ? 0 : high + air];
}

/** What a mark takes of an axis. */
export interface Span {
  low: number;
  high: number;
  /** Wants some room at the ends. */
  air?: boolean;
  /** Stands on zero. */
  ground?: boolean;
}

export function spanOf(values: Iterable<number>, wishes: Omit<Span, "low" | "high"> = {}): Span {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high, ...wishes };
}
