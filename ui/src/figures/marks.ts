/** What is drawn for a trace, in the numbers of its axes. */
import { type Axis, numbersOf, type Span, spanOf } from "./axes";
import { markColors, type Ramp, rampColor, rampOf } from "./colors";
import { type Errors, errorsOf, spreadOf } from "./errors";
import { figure } from "./scale";
import { amount, binsOf, type Box, boxOf, filled, type Into, normed } from "./stats";
import { numberOf, rowsOf, textOf, type Told, type Value, type Values, valuesOf, within, wordOf } from "./values";

interface Common {
  /** Traces of one key are hidden together. */
  key: string;
  name: string;
  color: string;
  /** A word for each value, told with it. */
  words?: readonly string[];
  /** Another mark of the same trace tells its values. */
  silent?: boolean;
}

export interface Line extends Common {
  kind: "line";
  xs: readonly number[];
  ys: readonly number[];
  dash: string | undefined;
  width: number;
  step: "hv" | "vh" | undefined;
  /** A surface from the line back along these. */
  back?: { xs: readonly number[]; ys: readonly number[] };
  /** The surface alone. */
  bare: boolean;
}

export interface Points extends Common {
  kind: "points";
  xs: readonly number[];
  ys: readonly number[];
  sizes: readonly number[];
  colors?: readonly (string | undefined)[];
  open: boolean;
}

/** Boxes from `starts` to `ends` along one axis and from `from` to `to` along the other. */
export interface Bars extends Common {
  kind: "bars";
  lying: boolean;
  starts: readonly number[];
  ends: readonly number[];
  from: readonly number[];
  to: readonly number[];
  colors?: readonly (string | undefined)[];
  /** Lies over others, which are seen through it. */
  thin: boolean;
}

export interface Boxes extends Common {
  kind: "boxes";
  lying: boolean;
  starts: readonly number[];
  ends: readonly number[];
  boxes: readonly Box[];
}

export interface Cells extends Common {
  kind: "cells";
  /** One more than there are cells. */
  xs: readonly number[];
  ys: readonly number[];
  rows: readonly (readonly number[])[];
  colors: readonly (readonly (string | undefined)[])[];
  ramp: Ramp;
}

export type Mark = Line | Points | Bars | Boxes | Cells | Errors;

export type Kind = "points" | "bar" | "histogram" | "box" | "heatmap" | "pie";

/** A trace that can be drawn, with the axes that it names. */
export interface Trace {
  kind: Kind;
  told: Told;
  at: number;
  key: string;
  name: string;
  color: string;
  x: string;
  y: string;
}

function isLying({ kind, told }: Pick<Trace, "kind" | "told">): boolean {
  if (told["orientation"] !== undefined) return told["orientation"] === "h";
  if (kind === "histogram") return valuesOf(told["x"]).length === 0 && valuesOf(told["y"]).length > 0;
  return kind === "box" && valuesOf(told["y"]).length === 0 && (valuesOf(told["x"]).length > 0 || told["q1"] === undefined);
}

/** What lies along each axis, as it was told: which kind of axis it is follows from it. */
export function along(trace: Trace): { x: Values; y: Values } {
  const { kind, told } = trace;
  const [x, y] = [valuesOf(told["x"]), valuesOf(told["y"])];
  if (kind === "histogram") return isLying(trace) ? { x: [], y } : { x, y: [] };
  if (kind === "box") {
    const places = placesOf(trace);
    return isLying(trace) ? { x, y: places } : { x: places, y };
  }
  if (kind === "heatmap") {
    const rows = heatRows(told);
    const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
    return { x: x.length > 0 ? x : counted(width), y: y.length > 0 ? y : counted(rows.length) };
  }
  // A missing one counts from 0, in the steps that are told.
  const steps = (other: Values, letter: string) => other.map((_, i) => (numberOf(told[`${letter}0`]) ?? 0) + i * (numberOf(told[`d${letter}`]) ?? 1));
  return { x: x.length === 0 ? steps(y, "x") : x, y: y.length === 0 ? steps(x, "y") : y };
}

const counted = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Where each value of a box plot belongs: one place for all that tells none. */
function placesOf(trace: Trace): Values {
  const { told } = trace;
  const across = valuesOf(told[isLying(trace) ? "y" : "x"]);
  if (across.length > 0) return across;
  const own = wordOf(told[isLying(trace) ? "y0" : "x0"])?.trim();
  const count = Math.max(1, valuesOf(told[isLying(trace) ? "x" : "y"]).length, valuesOf(told["q1"]).length);
  return Array.from({ length: count }, () => own || trace.name || `trace ${trace.at}`);
}

function heatRows(told: Told): Values[] {
  const rows = rowsOf(told["z"]);
  if (told["transpose"] !== true) return rows;
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? null));
}

/** The marks of the traces of one panel, in the order of the traces. */
export function marksOf(traces: readonly Trace[], x: Axis, y: Axis, layout: Told): Mark[] {
  const slots = slotsOf(traces, layout);
  const stacks = new Map<string, number>();
  const edges = sharedBins(traces, x, y);
  let before: Line["back"];
  const piles = pilesOf(traces, x);
  return traces.flatMap((trace): Mark[] => {
    if (trace.kind === "heatmap") return cells(trace, x, y, layout);
    if (trace.kind === "box") return boxes(trace, isLying(trace) ? y : x, isLying(trace) ? x : y, slots.get(trace.at)!);
    if (trace.kind === "bar" || trace.kind === "histogram") return bars(trace, x, y, layout, slots.get(trace.at)!, stacks, edges);
    const lines = points(trace, x, y, layout, before, piles);
    const drawn = lines.find((mark) => mark.kind === "line" || mark.kind === "points");
    if (drawn?.kind === "line" || drawn?.kind === "points") before = { xs: drawn.xs, ys: drawn.ys };
    return lines;
  });
}

/** The part of a place that a trace has beside others, from -0.5 to 0.5. */
type Slot = readonly [number, number];

/** `barmode` and `boxmode`: traces side by side, or all in the middle. */
function slotsOf(traces: readonly Trace[], layout: Told): Map<number, Slot> {
  const found = new Map<number, Slot>();
  const among = (kinds: readonly Kind[], apart: boolean, gap: number, told: (trace: Trace) => string) => {
    const mine = traces.filter(({ kind }) => kinds.includes(kind));
    const groups = [...new Set(mine.map(told))];
    const width = (1 - gap) / (apart ? Math.max(1, groups.length) : 1);
    for (const trace of mine) {
      const at = apart ? groups.indexOf(told(trace)) : 0;
      found.set(trace.at, [-0.5 + gap / 2 + at * width, -0.5 + gap / 2 + (at + 1) * width]);
    }
  };
  const group = (trace: Trace) => wordOf(trace.told["offsetgroup"]) || String(trace.at);
  const modes = [layout["barmode"] ?? within(layout, "template", "layout")["barmode"] ?? "group", layout["boxmode"] ?? "overlay"];
  const bins = traces.some(({ kind }) => kind === "histogram");
  among(["bar", "histogram"], modes[0] === "group", numberOf(layout["bargap"]) ?? (bins ? 0.04 : 0.2), group);
  among(["box"], modes[1] === "group", 0.3, group);
  return found;
}

/** Lines that stand on one another: all places that one of them has, and how high they are so far. */
interface Pile {
  xs: readonly number[];
  sums: readonly number[];
}

function pilesOf(traces: readonly Trace[], x: Axis): Map<string, Pile> {
  const places = new Map<string, Set<number>>();
  for (const trace of traces) {
    const group = trace.kind === "points" ? wordOf(trace.told["stackgroup"]) : undefined;
    if (!group) continue;
    const known = places.get(group) ?? places.set(group, new Set()).get(group)!;
    for (const at of numbersOf(x, along(trace).x)) if (Number.isFinite(at)) known.add(at);
  }
  return new Map([...places].map(([group, set]) => [group, { xs: [...set].sort((one, other) => one - other), sums: [...set].map(() => 0) }]));
}

function points(trace: Trace, x: Axis, y: Axis, layout: Told, before: Line["back"], piles: ReadonlyMap<string, Pile>): Mark[] {
  const { told, key, name, color } = trace;
  const { x: across, y: up } = along(trace);
  const count = Math.min(across.length, up.length);
  let xs: readonly number[] = numbersOf(x, across.slice(0, count));
  let ys: readonly number[] = numbersOf(y, up.slice(0, count));
  const [line, marker] = [within(told, "line"), within(told, "marker")];
  const pile = piles.get(wordOf(told["stackgroup"]) ?? "");
  const mode = wordOf(told["mode"]) ?? (count < 20 && pile === undefined ? "lines+markers" : "lines");
  let back = backOf(wordOf(told["fill"]), xs, ys, before);
  if (pile !== undefined) {
    const own = new Map(xs.map((at, i) => [at, ys[i]!]));
    // A place that only others of the pile have counts as nothing.
    const heights = pile.xs.map((at) => own.get(at) ?? 0).map((value) => (Number.isFinite(value) ? value : 0));
    back = { xs: pile.xs, ys: pile.sums };
    pile.sums = pile.sums.map((sum, i) => sum + heights[i]!);
    [xs, ys] = [pile.xs, pile.sums];
  }
  // What stands on others has no reach of its own.
  const errors = pile === undefined ? errorsOf(told, trace, xs, ys) : [];
  const words = withSpread(wordsOf(told), errors, "y", xs.length);
  const marks: Mark[] = [...errors];
  if (mode.includes("lines") || back !== undefined) {
    const shape = line["shape"];
    marks.push({
      kind: "line", key, name, color, xs, ys, width: Math.min(8, numberOf(line["width"]) ?? 2), dash: dashOf(line["dash"]), step: shape === "hv" || shape === "vh" ? shape : undefined,
      bare: !mode.includes("lines"), silent: mode.includes("markers"), ...(back && { back }), ...(words && { words }),
    });
  }
  if (mode.includes("markers")) {
    const colors = markColors(marker, layout);
    marks.push({ kind: "points", key, name, color, xs, ys, sizes: sizesOf(marker), open: String(marker["symbol"] ?? "").endsWith("-open"), ...(colors && { colors }), ...(words && { words }) });
  }
  return marks;
}

function backOf(fill: string | undefined, xs: readonly number[], ys: readonly number[], before: Line["back"]): Line["back"] {
  const ends = [xs.find(Number.isFinite), xs.findLast(Number.isFinite)] as number[];
  if (fill === "tozeroy" || (fill === "tonexty" && before === undefined)) return { xs: ends, ys: [0, 0] };
  if (fill === "tozerox") return { xs: [0, 0], ys: [ys.find(Number.isFinite), ys.findLast(Number.isFinite)] as number[] };
  if (fill === "tonexty" || fill === "tonextx") return before;
  return fill === "toself" || fill === "tonext" ? { xs: [], ys: [] } : undefined;
}

function dashOf(told: unknown): string | undefined {
  return { dot: "2 3", dash: "7 4", longdash: "11 4", dashdot: "7 3 2 3", longdashdot: "11 3 2 3" }[String(told)];
}

/** Diameters in pixels; by area they follow what is told, as `sizeref` has it. */
function sizesOf(marker: Told): number[] {
  const told = valuesOf(marker["size"]).map(Number);
  if (told.length === 0) return [Math.min(80, Math.max(1, numberOf(marker["size"]) ?? 6))];
  const ref = numberOf(marker["sizeref"]) ?? 1;
  const least = numberOf(marker["sizemin"]) ?? 0;
  return told.map((size) => Math.max(least * 2, 1, Math.min(80, marker["sizemode"] === "area" ? 2 * Math.sqrt(size / 2 / ref) : size / ref)) || 1);
}

/** The words of values, with how far each may be off. */
function withSpread(words: readonly string[] | undefined, errors: readonly Errors[], letter: "x" | "y", count: number): readonly string[] | undefined {
  if (!errors.some((each) => each.letter === letter)) return words;
  return Array.from({ length: count }, (_, at) => [words?.[at] ?? "", spreadOf(errors, letter, at, figure) ?? ""].filter((part) => part !== "").join(", "));
}

function wordsOf(told: Told): readonly string[] | undefined {
  const list = [told["hovertext"], told["text"]].find((each) => Array.isArray(each)) as unknown[] | undefined;
  return list?.map((each) => (typeof each === "number" ? String(each) : textOf(each)));
}

/** Histograms of a panel share their bins, so that they can be compared. */
function sharedBins(traces: readonly Trace[], x: Axis, y: Axis): readonly number[] {
  const mine = traces.filter(({ kind }) => kind === "histogram");
  const first = mine[0];
  if (first === undefined) return [];
  const lying = isLying(first);
  const axis = lying ? y : x;
  if (axis.kind === "category") return axis.categories.map((_, at) => at - 0.5).concat(axis.categories.length - 0.5);
  const values = mine.flatMap((trace) => numbersOf(axis, along(trace)[lying ? "y" : "x"])).filter(Number.isFinite);
  const bins = within(first.told, lying ? "ybins" : "xbins");
  const moment = (told: unknown) => (axis.kind === "time" && typeof told === "string" ? numbersOf(axis, [told])[0] : numberOf(told));
  return binsOf(values, { start: moment(bins["start"]), end: moment(bins["end"]), size: numberOf(bins["size"]), about: numberOf(first.told[lying ? "nbinsy" : "nbinsx"]) }).edges;
}

function bars(trace: Trace, x: Axis, y: Axis, layout: Told, slot: Slot, stacks: Map<string, number>, edges: readonly number[]): Mark[] {
  const { told, key, name, color, kind } = trace;
  const lying = isLying(trace);
  const [place, size] = lying ? [y, x] : [x, y];
  const { starts, ends, values } = kind === "histogram" ? counts(trace, place, edges, slot) : lengths(trace, place, size, slot);
  const mode = String(layout["barmode"] ?? "group");
  const stacked = mode === "stack" || mode === "relative";
  const base = valuesOf(told["base"]).map(Number);
  const bottom = numberOf(told["base"]) ?? 0;
  const from = values.map((value, at) => {
    if (!stacked) return base[at] ?? bottom;
    const under = `${starts[at]!.toPrecision(9)} ${value < 0 ? "-" : "+"}`;
    const sum = stacks.get(under) ?? 0;
    if (Number.isFinite(value)) stacks.set(under, sum + value);
    return sum;
  });
  const colors = markColors(within(told, "marker"), layout);
  const to = values.map((value, at) => from[at]! + value);
  const middles = starts.map((start, at) => (start + ends[at]!) / 2);
  // Bars are told apart from what is drawn over them by the colour of the text.
  const errors = errorsOf(told, { key, name, color: "var(--pn-text)" }, lying ? to : middles, lying ? middles : to);
  const words = withSpread(wordsOf(told), errors, lying ? "x" : "y", values.length);
  return [{ kind: "bars", key, name, color, lying, starts, ends, from, to, thin: mode === "overlay", ...(colors && { colors }), ...(words && { words }) }, ...errors];
}

interface Lengths {
  starts: number[];
  ends: number[];
  values: number[];
}

function lengths(trace: Trace, place: Axis, size: Axis, slot: Slot): Lengths {
  const { x, y } = along(trace);
  const lying = isLying(trace);
  const at = numbersOf(place, lying ? y : x);
  const values = numbersOf(size.kind === "log" ? { kind: "linear", categories: [] } : size, lying ? x : y);
  const wide = stepOf(place, at);
  const told = numberOf(trace.told["width"]);
  const [from, to] = told === undefined ? [slot[0] * wide, slot[1] * wide] : [-told / 2, told / 2];
  return { starts: at.map((middle) => middle + from), ends: at.map((middle) => middle + to), values: at.map((_, i) => values[i] ?? NaN) };
}

/** The least distance of two places: the room that each has. */
function stepOf(axis: Axis, at: readonly number[]): number {
  if (axis.kind === "category") return 1;
  const sorted = [...new Set(at.filter(Number.isFinite))].sort((one, other) => one - other);
  const gaps = sorted.slice(1).map((value, i) => value - sorted[i]!);
  return gaps.length === 0 ? (axis.kind === "time" ? 86_400_000 : 1) : gaps.reduce((low, gap) => Math.min(low, gap));
}

function counts(trace: Trace, place: Axis, edges: readonly number[], slot: Slot): Lengths {
  const lying = isLying(trace);
  const across = numbersOf(place, along(trace)[lying ? "y" : "x"]);
  const into = (["sum", "avg", "min", "max"] as const).find((each) => each === trace.told["histfunc"]) ?? "count";
  const weights = valuesOf(trace.told[lying ? "x" : "y"]).map((value: Value) => (value === null ? NaN : Number(value)));
  const bins = { edges };
  const found = normed(place.kind === "category" ? byPlace(across, weights, into, place.categories.length) : filled(bins, across, weights, into), bins, wordOf(trace.told["histnorm"]) ?? "");
  const sums = trace.told["cumulative"] !== undefined && within(trace.told, "cumulative")["enabled"] === true ? found.map((_, at) => found.slice(0, at + 1).reduce((sum, one) => sum + one, 0)) : found;
  const at = (i: number, share: number) => edges[i]! + (share + 0.5) * (edges[i + 1]! - edges[i]!);
  return { starts: sums.map((_, i) => at(i, slot[0])), ends: sums.map((_, i) => at(i, slot[1])), values: sums };
}

function byPlace(across: readonly number[], weights: readonly number[], into: Into, count: number): number[] {
  const parts = Array.from({ length: count }, (): number[] => []);
  across.forEach((at, i) => Number.isFinite(at) && parts[at]?.push(weights[i] ?? 1));
  return parts.map((each) => amount(each, into));
}

function boxes(trace: Trace, place: Axis, size: Axis, slot: Slot): Mark[] {
  const { told, key, name, color } = trace;
  const lying = isLying(trace);
  const across = numbersOf(place, along(trace)[lying ? "y" : "x"]);
  const values = numbersOf(size, valuesOf(told[lying ? "x" : "y"]));
  const ready = readyBoxes(told);
  const groups = new Map<number, number[]>();
  if (ready === undefined) values.forEach((value, i) => (groups.get(across[i]!) ?? groups.set(across[i]!, []).get(across[i]!)!).push(value));
  const found = ready?.map((box, i) => [across[i] ?? i, box] as const) ?? [...groups].flatMap(([at, group]) => {
    const box = boxOf(group);
    return box === undefined ? [] : [[at, told["boxpoints"] === false ? { ...box, outside: [] } : box] as const];
  });
  const sound = found.filter(([at, { low, q1, middle, q3, high }]) => [at, low, q1, middle, q3, high].every(Number.isFinite));
  const wide = stepOf(place, sound.map(([at]) => at));
  return [{ kind: "boxes", key, name, color, lying, starts: sound.map(([at]) => at + slot[0] * wide), ends: sound.map(([at]) => at + slot[1] * wide), boxes: sound.map(([, box]) => box) }];
}

/** Quartiles that somebody computed before. */
function readyBoxes(told: Told): Box[] | undefined {
  const [q1, middle, q3] = ["q1", "median", "q3"].map((name) => valuesOf(told[name]).map(Number));
  if (q1!.length === 0 || middle!.length === 0 || q3!.length === 0) return undefined;
  const [low, high] = ["lowerfence", "upperfence"].map((name) => valuesOf(told[name]).map(Number));
  return q1!.map((from, i) => ({ q1: from, middle: middle![i] ?? NaN, q3: q3![i] ?? NaN, low: low![i] ?? from, high: high![i] ?? q3![i] ?? NaN, outside: [] }));
}

function cells(trace: Trace, x: Axis, y: Axis, layout: Told): Mark[] {
  const { told, key, name, color } = trace;
  const rows = heatRows(told).map((row) => row.map((value) => (value === null ? NaN : Number(value))));
  if (rows.length === 0) return [];
  const { x: across, y: up } = along(trace);
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const ramp = rampOf(told, layout, rows.flat());
  return [{
    kind: "cells", key, name, color, rows, ramp,
    xs: edgesOf(numbersOf(x, across), width), ys: edgesOf(numbersOf(y, up), rows.length), colors: rows.map((row) => row.map((value) => (Number.isFinite(value) ? rampColor(ramp, value) : undefined))),
  }];
}

/** Edges half-way between the middles; as told where there is one more of them than cells. */
function edgesOf(at: readonly number[], count: number): number[] {
  if (at.length === count + 1) return [...at];
  const of = (i: number) => at[i] ?? i;
  if (count === 1) return [of(0) - 0.5, of(0) + 0.5];
  return Array.from({ length: count + 1 }, (_, i) => (i === 0 ? of(0) - (of(1) - of(0)) / 2 : i === count ? of(count - 1) + (of(count - 1) - of(count - 2)) / 2 : (of(i - 1) + of(i)) / 2));
}

/** What a mark takes of the axis of x or of y. Nothing at or below zero has a place on a log axis. */
export function spanAlong(mark: Mark, letter: "x" | "y", kind: Axis["kind"]): Span {
  const { values, ...wishes } = needs(mark, letter);
  return spanOf(kind === "log" ? values.filter((value) => value > 0) : values, wishes);
}

function needs(mark: Mark, letter: "x" | "y"): Omit<Span, "low" | "high"> & { values: readonly number[] } {
  switch (mark.kind) {
    case "line": {
      const back = mark.back?.[letter === "x" ? "xs" : "ys"] ?? [];
      return letter === "x" ? { values: mark.xs } : { values: [...mark.ys, ...back], air: true, ground: mark.back !== undefined };
    }
    case "points": return { values: letter === "x" ? mark.xs : mark.ys, air: true };
    case "cells": return { values: letter === "x" ? mark.xs : mark.ys };
    case "errors": return letter === mark.letter ? { values: [...mark.from, ...mark.to].filter(Number.isFinite), air: true } : { values: mark.places };
    case "boxes": return (letter === "y") === mark.lying ? { values: [...mark.starts, ...mark.ends] } : { values: mark.boxes.flatMap(({ low, high, outside }) => [low, high, ...outside]), air: true };
    case "bars": return (letter === "y") === mark.lying ? { values: [...mark.starts, ...mark.ends] } : { values: [...mark.from, ...mark.to], air: true, ground: true };
  }
}
