/**
 * A figure of Plotly's (https://plotly.com/javascript/reference/), read into panels of marks: lines, points, bars,
 * histograms, boxes, heat maps and pies, side by side where it has several. Pure; sizes and colours come later.
 */
import { along, type Kind, type Mark, marksOf, spanAlong, type Trace } from "./marks";
import { type Axis, axisOf, extentAlong, numbersOf } from "./axes";
import { colorAt, markRamp, type Ramp, toldColor } from "./colors";
import { colorOf, isTold, numberOf, pairOf, textOf, type Told, type Value, valuesOf, within, wordOf } from "./values";

export interface Figure {
  title: string;
  panels: Panel[];
  axes: ReadonlyMap<string, Axis>;
  legend: Entry[];
  /** Keys that the figure itself hides at first. */
  hidden: string[];
  notes: Note[];
  ramp: Ramp | undefined;
  /** What the figure has and this picture has not, in words. */
  left: string[];
}

type Panel = Plane | Pie | Unknown;

export interface Plane {
  kind: "plane";
  x: string;
  y: string;
  marks: Mark[];
}

export interface Pie {
  kind: "pie";
  frame: Frame;
  title: string;
  /** The share of the middle that is left free. */
  hole: number;
  slices: Slice[];
}

interface Slice {
  key: string;
  label: string;
  value: number;
  color: string;
}

/** A part of a figure that is not drawn here. */
interface Unknown {
  kind: "unknown";
  frame: Frame;
  type: string;
}

/** Parts of the paper, from left and from below. */
export interface Frame {
  x: readonly [number, number];
  y: readonly [number, number];
}

interface Entry {
  key: string;
  name: string;
  color: string;
}

/** Words, lines and surfaces that a layout puts over the picture. An axis of null is the paper. */
export interface Note {
  kind: "text" | "line" | "rect";
  x: Along;
  y: Along;
  text: string;
  color: string | undefined;
  dash: boolean;
  /** Where the words stand beside their place. */
  anchor: "start" | "middle" | "end";
  /** A line from the words to their place, in pixels. */
  arrow: readonly [number, number] | undefined;
}

export interface Along {
  /** An axis; null for parts of the paper. */
  axis: string | null;
  /** Parts of the axis instead of its values. */
  domain: boolean;
  at: readonly number[];
}

/** What can't be drawn at all: the kinds that it has. */
export interface Refused {
  refused: string[];
}

export function figureOf(json: unknown): Figure | Refused {
  const data = isTold(json) && Array.isArray(json["data"]) ? json["data"].filter(isTold) : [];
  if (!isTold(json) || !Array.isArray(json["data"]) || data.length < json["data"].length || data.length === 0) return { refused: [] };
  const layout = within(json, "layout");
  const shown = data.map((told, at) => ({ told, at })).filter(({ told }) => told["visible"] !== false);
  const unknown = shown.filter(({ told }) => kindOf(told) === undefined);
  const apart = unknown.map(({ told }) => ({ kind: "unknown" as const, type: String(told["type"]), frame: frameOf(told, layout) }));
  // Half a picture would tell the wrong thing; a part that stands by itself can be left out and said so.
  if (shown.length === unknown.length || apart.some(({ frame }) => frame === undefined)) return { refused: [...new Set(unknown.map(({ told }) => String(told["type"])))] };
  const traces = shown.flatMap(({ told, at }) => traceOf(told, at));
  const planes = traces.filter(({ kind }) => kind !== "pie");
  const { axes, panels } = planesOf(planes, layout);
  const pies = traces.filter(({ kind }) => kind === "pie").map((trace) => pieOf(trace, layout, traces));
  const noted = notesOf(layout, axes);
  return {
    title: textOf(layout["title"]), panels: [...panels, ...pies, ...(apart as Unknown[])], axes, notes: noted.notes, legend: legendOf(traces, pies, layout),
    hidden: traces.filter(({ told }) => told["visible"] === "legendonly").map(({ key }) => key),
    ramp: panels.flatMap(({ marks }) => marks.flatMap((mark) => (mark.kind === "cells" ? [mark.ramp] : [])))[0] ?? planes.map(({ told }) => markRamp(within(told, "marker"), layout)).find((ramp) => ramp !== undefined),
    left: [...leftOf(traces, json, layout), ...noted.left],
  };
}

function kindOf(told: Told): Kind | undefined {
  switch (told["type"] ?? "scatter") {
    case "scatter": case "scattergl": return "points";
    case "bar": return "bar";
    case "histogram": return "histogram";
    case "box": return "box";
    case "heatmap": return "heatmap";
    case "pie": return "pie";
    default: return undefined;
  }
}

function traceOf(told: Told, at: number): Trace[] {
  const kind = kindOf(told);
  if (kind === undefined) return [];
  const name = textOf(told["name"]);
  return [{
    kind, told, at, name, key: wordOf(told["legendgroup"]) || `trace ${at}`, color: toldColor(told) ?? colorAt(at),
    x: axisName(told["xaxis"], "x"), y: axisName(told["yaxis"], "y"),
  }];
}

function axisName(told: unknown, letter: string): string {
  return typeof told === "string" && new RegExp(`^${letter}\\d*$`).test(told) ? told.replace(/^([xy])1$/, "$1") : letter;
}

function planesOf(traces: readonly Trace[], layout: Told): { axes: Map<string, Axis>; panels: Plane[] } {
  const pairs = [...new Set(traces.map(({ x, y }) => `${x} ${y}`))].map((pair) => pair.split(" ") as [string, string]);
  const axes = new Map<string, Axis>();
  const valuesAlong = (id: string, letter: "x" | "y") => traces.filter((trace) => trace[letter] === id).flatMap((trace) => along(trace)[letter] as Value[]);
  const leaders = (id: string) => wordOf(within(layout, `${id.charAt(0)}axis${id.slice(1)}`)["matches"]) ?? id;
  for (const letter of ["x", "y"] as const) {
    const ids = [...new Set(traces.map((trace) => trace[letter]))];
    // Axes that go together have the same categories, in one order.
    for (const id of ids) axes.set(id, axisOf(id, layout, ids.filter((other) => leaders(other) === leaders(id)).flatMap((other) => valuesAlong(other, letter))));
  }
  const panels = pairs.map(([x, y]): Plane => ({ kind: "plane", x, y, marks: marksOf(traces.filter((trace) => trace.x === x && trace.y === y), axes.get(x)!, axes.get(y)!, layout) }));
  for (const [id, axis] of axes) {
    const letter = id.charAt(0) as "x" | "y";
    const spans = panels.filter((panel) => axes.get(panel[letter])!.together === axis.together).flatMap(({ marks }) => marks.map((mark) => spanAlong(mark, letter, axis.kind)));
    axes.set(id, { ...axis, extent: extentAlong(axis, spans) });
  }
  return { axes, panels };
}

function pieOf({ told, name }: Trace, layout: Told, all: readonly Trace[]): Pie {
  const [labels, values] = [valuesOf(told["labels"]), valuesOf(told["values"])];
  const sums = new Map<string, number>();
  (values.length > 0 ? values : labels.map(() => 1)).forEach((value, i) => {
    const label = String(labels[i] ?? i);
    sums.set(label, (sums.get(label) ?? 0) + (typeof value === "number" && value > 0 ? value : 0));
  });
  const sorted = told["sort"] === false ? [...sums] : [...sums].sort(([, one], [, other]) => other - one);
  // A label has one colour in all pies of a figure.
  const everywhere = [...new Set(all.flatMap((trace) => (trace.kind === "pie" ? valuesOf(trace.told["labels"]).map(String) : [])))];
  const colors = within(told, "marker")["colors"];
  const inOrder = [...sums.keys()];
  const colorFor = (label: string) => (Array.isArray(colors) ? colorOf(colors[inOrder.indexOf(label)]) : undefined) ?? colorAt(everywhere.includes(label) ? everywhere.indexOf(label) : inOrder.indexOf(label));
  return {
    kind: "pie", title: textOf(told["title"]) || name, hole: Math.min(0.9, Math.max(0, numberOf(told["hole"]) ?? 0)), frame: frameOf(told, layout) ?? { x: [0, 1], y: [0, 1] },
    slices: sorted.map(([label, value]) => ({ key: `slice ${label}`, label, value, color: colorFor(label) })),
  };
}

/** The part of the paper that a trace names; undefined where it takes all of it. */
function frameOf(told: Told, layout: Told): Frame | undefined {
  const named = ["scene", "polar", "geo", "ternary", "smith", "map", "mapbox", "subplot"].map((name) => wordOf(told[name])).find((name) => name !== undefined);
  const domain = isTold(told["domain"]) ? told["domain"] : within(layout, named ?? "scene", "domain");
  const [x, y] = [pairOf(domain["x"]), pairOf(domain["y"])];
  if (x !== undefined || y !== undefined) return { x: x ?? [0, 1], y: y ?? [0, 1] };
  if (wordOf(told["xaxis"]) === undefined && wordOf(told["yaxis"]) === undefined) return undefined;
  const axes = [axisOf(axisName(told["xaxis"], "x"), layout, []), axisOf(axisName(told["yaxis"], "y"), layout, [])] as const;
  return axes.every(({ frame: [from, to] }) => from === 0 && to === 1) ? undefined : { x: axes[0].frame, y: axes[1].frame };
}

function legendOf(traces: readonly Trace[], pies: readonly Pie[], layout: Told): Entry[] {
  if (layout["showlegend"] === false) return [];
  const slices = pies.flatMap((pie) => pie.slices.map(({ key, label, color }) => ({ key, name: label, color })));
  const named = traces.filter(({ kind, told, name }) => kind !== "pie" && kind !== "heatmap" && told["showlegend"] !== false && name !== "");
  const entries = [...named.map(({ key, name, color }) => ({ key, name, color })), ...slices];
  const once = entries.filter(({ key, name }, at) => entries.findIndex((other) => other.key === key && (other.name === name || key.startsWith("slice "))) === at);
  return once.length > 1 || layout["showlegend"] === true || named.some(({ told }) => told["showlegend"] === true) ? once : [];
}

function notesOf(layout: Told, axes: ReadonlyMap<string, Axis>): { notes: Note[]; left: string[] } {
  const placed = (ref: unknown, letter: string, told: readonly unknown[]): Along | undefined => {
    const [id, domain] = (wordOf(ref) ?? "paper").split(" ");
    if (id === "paper") return { axis: null, domain: false, at: told.map(Number) };
    const axis = axes.get(axisName(id, letter));
    if (axis === undefined) return undefined;
    const at = domain === "domain" ? told.map(Number) : numbersOf(axis, told as Value[]).map((number, i) => (Number.isNaN(number) ? Number(told[i]) : number));
    return { axis: axis.id, domain: domain === "domain", at };
  };
  const listed = (name: string) => (Array.isArray(layout[name]) ? (layout[name] as unknown[]).filter(isTold).filter((each) => each["visible"] !== false) : []);
  const left: string[] = [];
  const words = listed("annotations").flatMap((told): Note[] => {
    const [x, y] = [placed(told["xref"], "x", [told["x"] ?? 0.5]), placed(told["yref"], "y", [told["y"] ?? 0.5])];
    if (x === undefined || y === undefined) return [];
    const pointed = told["showarrow"] !== false;
    const anchor = ({ left: "start", right: "end" } as const)[String(told["xanchor"]) as "left" | "right"] ?? "middle";
    return [{ kind: "text", x, y, text: textOf(told["text"]), color: undefined, dash: false, anchor, arrow: pointed ? [numberOf(told["ax"]) ?? -10, numberOf(told["ay"]) ?? -30] : undefined }];
  });
  const shapes = listed("shapes").flatMap((told): Note[] => {
    const [x, y] = [placed(told["xref"], "x", [told["x0"], told["x1"]]), placed(told["yref"], "y", [told["y0"], told["y1"]])];
    const kind = told["type"] === "line" || told["type"] === "rect" ? told["type"] : undefined;
    if (kind === undefined) left.push(`a shape (${String(told["type"])})`);
    if (kind === undefined || x === undefined || y === undefined) return [];
    const line = within(told, "line");
    return [{ kind, x, y, text: "", color: colorOf(kind === "rect" ? told["fillcolor"] : line["color"]), dash: String(line["dash"] ?? "solid") !== "solid", anchor: "middle", arrow: undefined }];
  });
  return { notes: [...shapes, ...words].filter(({ x, y }) => [...x.at, ...y.at].every(Number.isFinite)), left };
}

function hasErrors(told: Told): boolean {
  return [told["error_x"], told["error_y"]].some((bar) => isTold(bar) && bar["visible"] !== false && (bar["array"] !== undefined || bar["value"] !== undefined));
}

function leftOf(traces: readonly Trace[], json: Told, layout: Told): string[] {
  const some = (has: (trace: Trace) => boolean, words: string) => (traces.some(has) ? [words] : []);
  return [
    ...some(({ kind, told }) => (!["points", "bar", "histogram"].includes(kind) || wordOf(told["stackgroup"]) !== undefined) && hasErrors(told), "error bars"),
    ...some(({ told }) => typeof told["mode"] === "string" && told["mode"].includes("text"), "words at points"),
    ...some(({ kind, told }) => kind !== "pie" && wordOf(told["texttemplate"]) !== undefined, "words on bars and cells"),
    ...(Array.isArray(json["frames"]) && json["frames"].length > 0 ? ["later pictures of the animation"] : []),
    ...(Array.isArray(layout["images"]) && layout["images"].length > 0 ? ["pictures behind it"] : []),
    ...(Array.isArray(layout["updatemenus"]) && layout["updatemenus"].length > 0 ? ["buttons"] : []),
  ];
}

