/**
 * Plotly's figures (https://plotly.com/javascript/reference/) as options of ECharts: lines, points, bars, histograms,
 * pies and heat maps. A figure with anything else is shown as JSON: half a picture would tell the wrong thing.
 */

type Values = readonly (string | number | null)[];
type Trace = Record<string, unknown>;

/** What a picture is made of; the colours of the page come on top. */
export interface Drawing {
  title: string;
  /** Names of the axes, empty where there are none; absent for a pie. */
  axes?: { x: Axis; y: Axis };
  series: Series[];
  /** Least and most of the colours of a heat map. */
  range?: [number, number];
}

export interface Axis {
  name: string;
  type: "category" | "value" | "time" | "log";
  categories?: string[];
}

export interface Series {
  type: "line" | "scatter" | "bar" | "pie" | "heatmap";
  name: string;
  data: unknown[];
  area?: boolean;
  stack?: string;
  color?: string;
}

/** null for what can't be drawn. */
export function drawingOf(figure: unknown): Drawing | null {
  if (!isRecord(figure) || !Array.isArray(figure["data"]) || figure["data"].length === 0) return null;
  const traces = figure["data"].filter(isRecord);
  const layout = isRecord(figure["layout"]) ? figure["layout"] : {};
  const kinds = new Set(traces.map(kindOf));
  if (kinds.has("other") || traces.length !== figure["data"].length) return null;
  const title = textOf(layout["title"]);
  if (kinds.has("pie") || kinds.has("heatmap")) {
    if (traces.length > 1) return null;
    return kinds.has("pie") ? { title, series: [pieOf(traces[0]!)] } : heatOf(traces[0]!, layout, title);
  }
  return plane(traces, layout, title);
}

function kindOf(trace: Trace): "points" | "bar" | "histogram" | "pie" | "heatmap" | "other" {
  switch (trace["type"] ?? "scatter") {
    case "scatter": case "scattergl": return "points";
    case "bar": return "bar";
    case "histogram": return trace["y"] === undefined || trace["x"] !== undefined ? "histogram" : "other";
    case "pie": return "pie";
    case "heatmap": return "heatmap";
    default: return "other";
  }
}

function plane(traces: readonly Trace[], layout: Trace, title: string): Drawing | null {
  const lying = traces.every((trace) => trace["orientation"] === "h");
  if (!lying && traces.some((trace) => trace["orientation"] === "h")) return null;
  if (traces.some((trace) => (trace["xaxis"] ?? "x") !== "x" || (trace["yaxis"] ?? "y") !== "y")) return null; // pictures side by side
  const drawn = traces.map((trace) => ({ trace, ...(kindOf(trace) === "histogram" ? binned(valuesOf(trace["x"])) : pairsOf(trace)) }));
  const x = axisOf(drawn.flatMap((each) => each.x), layout["xaxis"], drawn.some(({ trace }) => kindOf(trace) === "bar" && !lying));
  const y = axisOf(drawn.flatMap((each) => each.y), layout["yaxis"], lying);
  const stacked = layout["barmode"] === "stack" || layout["barmode"] === "relative";
  return {
    title, axes: { x, y },
    series: drawn.map(({ trace, x: along, y: up }) => ({
      type: kindOf(trace) === "points" ? (String(trace["mode"] ?? "lines").includes("lines") ? "line" : "scatter") : "bar",
      name: typeof trace["name"] === "string" ? trace["name"] : "",
      data: along.map((value, i) => [inAxis(value, x), inAxis(up[i] ?? null, y)]),
      ...(trace["fill"] !== undefined && trace["fill"] !== "none" ? { area: true } : {}),
      ...(stacked && kindOf(trace) === "bar" ? { stack: "all" } : {}),
      ...colorOf(trace),
    })),
  };
}

function pieOf(trace: Trace): Series {
  const [labels, values] = [valuesOf(trace["labels"]), valuesOf(trace["values"])];
  return { type: "pie", name: "", data: values.map((value, i) => ({ name: String(labels[i] ?? i), value })) };
}

function heatOf(trace: Trace, layout: Trace, title: string): Drawing | null {
  const rows = Array.isArray(trace["z"]) ? trace["z"].map(valuesOf) : gridOf(trace["z"]);
  if (rows.length === 0) return null;
  const width = Math.max(...rows.map((row) => row.length));
  const names = (values: Values, count: number) => Array.from({ length: count }, (_, i) => String(values[i] ?? i));
  const data = rows.flatMap((row, y) => row.map((value, x) => [x, y, value]));
  const known = data.flatMap(([, , value]) => (typeof value === "number" ? [value] : []));
  return {
    title, series: [{ type: "heatmap", name: "", data }], range: [least(known), -least(known.map((value) => -value))],
    axes: {
      x: { name: axisName(layout["xaxis"]), type: "category", categories: names(valuesOf(trace["x"]), width) },
      y: { name: axisName(layout["yaxis"]), type: "category", categories: names(valuesOf(trace["y"]), rows.length) },
    },
  };
}

/** The values of both axes; a missing one counts from 0. */
function pairsOf(trace: Trace): { x: Values; y: Values } {
  const [x, y] = [valuesOf(trace["x"]), valuesOf(trace["y"])];
  const counted = (other: Values) => other.map((_, i) => i);
  return { x: x.length === 0 ? counted(y) : x, y: y.length === 0 ? counted(x) : y };
}

/** How many values fall into each of some bins, whose number follows from how many there are (Sturges, 1926). */
function binned(values: Values): { x: Values; y: Values } {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.filter((value) => value !== null).length) {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    return { x: [...counts.keys()], y: [...counts.values()] };
  }
  const [low, high] = [least(numbers), -least(numbers.map((value) => -value))];
  const bins = Math.max(1, Math.ceil(Math.log2(Math.max(1, numbers.length)) + 1));
  const step = (high - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of numbers) counts[Math.min(bins - 1, Math.floor((value - low) / step))]! += 1;
  return { x: counts.map((_, i) => Number((low + (i + 0.5) * step).toPrecision(6))), y: counts };
}

function axisOf(values: Values, told: unknown, categories: boolean): Axis {
  const name = axisName(told);
  const type = isRecord(told) ? told["type"] : undefined;
  const texts = values.filter((value) => typeof value === "string");
  if (type === "log" && texts.length === 0) return { name, type: "log" };
  if (texts.length > 0 && (type === "date" || (type === undefined && texts.every((text) => /^\d{4}-\d\d-\d\d([T ]|$)/.test(text))))) return { name, type: "time" };
  if (texts.length > 0 || type === "category" || categories) return { name, type: "category", categories: [...new Set(values.map(String))] };
  return { name, type: "value" };
}

function inAxis(value: string | number | null, axis: Axis): string | number | null {
  return axis.type === "category" && value !== null ? String(value) : value;
}

function axisName(told: unknown): string {
  return isRecord(told) ? textOf(told["title"]) : "";
}

/** A title is a text or an object with one. Marks such as <b> are left out. */
function textOf(told: unknown): string {
  const text = isRecord(told) ? told["text"] : told;
  return typeof text === "string" ? text.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "") : "";
}

function colorOf(trace: Trace): { color?: string } {
  const told = [trace["line"], trace["marker"]].flatMap((part) => (isRecord(part) && typeof part["color"] === "string" ? [part["color"]] : []));
  return told[0] === undefined ? {} : { color: told[0] };
}

const ARRAYS: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number>>> = {
  i1: (bytes) => new Int8Array(bytes), u1: (bytes) => new Uint8Array(bytes), i2: (bytes) => new Int16Array(bytes), u2: (bytes) => new Uint16Array(bytes),
  i4: (bytes) => new Int32Array(bytes), u4: (bytes) => new Uint32Array(bytes), f4: (bytes) => new Float32Array(bytes), f8: (bytes) => new Float64Array(bytes),
};

/** A list, or the packed form of numbers that Plotly writes since version 6 (`dtype`, `bdata` in base 64). */
function valuesOf(told: unknown): Values {
  if (Array.isArray(told)) return told.map((value) => (typeof value === "string" || typeof value === "number" ? value : value === null || value === undefined ? null : String(value)));
  if (!isRecord(told) || typeof told["bdata"] !== "string") return [];
  const read = ARRAYS[String(told["dtype"])];
  if (read === undefined) return [];
  try {
    const values = read(Uint8Array.from(atob(told["bdata"]), (sign) => sign.charCodeAt(0)).buffer);
    return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  } catch {
    return []; // no base 64, or half a number
  }
}

/** Rows of packed numbers; `shape` is "rows, columns". */
function gridOf(told: unknown): Values[] {
  const values = valuesOf(told);
  const width = isRecord(told) ? Number(String(told["shape"]).split(",")[1]) : NaN;
  if (!(width > 0)) return [];
  return Array.from({ length: Math.ceil(values.length / width) }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
