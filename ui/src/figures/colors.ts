/** Colours of traces that told none, and of numbers. */
import { colorOf, numberOf, textOf, type Told, valuesOf, within } from "./values";

/** Colours of the page, which are told apart in light and dark. */
const OURS = ["accent", "state-retrying", "state-succeeded", "state-skipped", "state-failed", "state-paused", "state-warning", "state-upstream-failed"];

export function colorAt(place: number): string {
  return `var(--pn-${OURS[place % OURS.length]!})`;
}

/** From the least to the most. */
export interface Ramp {
  low: number;
  high: number;
  stops: readonly (readonly [number, string])[];
  title: string;
}

/** Steps of a ramp: as many as an eye tells apart, and few shapes to draw. */
const STEPS = 48;

const PLAIN: Ramp["stops"] = [[0, "var(--pn-raised)"], [1, "var(--pn-accent)"]];

/** The colours of numbers, as a trace or the axis of colours that it names tells them. */
export function rampOf(own: Told, layout: Told, values: readonly number[]): Ramp {
  const axis = typeof own["coloraxis"] === "string" ? within(layout, own["coloraxis"]) : own;
  const template = within(layout, "template", "layout");
  const stops = stopsOf(axis["colorscale"]) ?? stopsOf(within(template, "colorscale")["sequential"]) ?? PLAIN;
  const [low, high] = extentOf(values);
  const turned = axis["reversescale"] === true;
  return {
    low: numberOf(axis["cmin"] ?? axis["zmin"]) ?? low, high: numberOf(axis["cmax"] ?? axis["zmax"]) ?? high, title: textOf(within(axis, "colorbar")["title"]),
    stops: turned ? stops.map(([at, color]) => [1 - at, color] as const).reverse() : stops,
  };
}

function extentOf(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

export function rampColor(ramp: Ramp, value: number): string {
  const share = ramp.high > ramp.low ? Math.min(1, Math.max(0, (value - ramp.low) / (ramp.high - ramp.low))) : 0.5;
  const at = Math.round(share * (STEPS - 1)) / (STEPS - 1);
  const above = Math.max(1, ramp.stops.findIndex(([stop]) => stop >= at));
  const [[from, one], [to, other]] = [ramp.stops[above - 1]!, ramp.stops[above]!];
  const part = to > from ? (at - from) / (to - from) : 0;
  return part <= 0 ? one : part >= 1 ? other : `color-mix(in srgb, ${other} ${(part * 100).toFixed(1)}%, ${one})`;
}

function stopsOf(told: unknown): Ramp["stops"] | undefined {
  if (!Array.isArray(told) || told.length < 2) return undefined;
  const stops = told.map((each: unknown, at) => {
    if (Array.isArray(each)) return [numberOf(each[0]), colorOf(each[1])] as const;
    return [at / (told.length - 1), colorOf(each)] as const; // a list of colours alone
  });
  return stops.every((stop): stop is readonly [number, string] => stop[0] !== undefined && stop[1] !== undefined) ? stops : undefined;
}

/** The colour that a trace tells for all that it draws. */
export function toldColor(trace: Told): string | undefined {
  return [within(trace, "marker")["color"], within(trace, "line")["color"], trace["fillcolor"]].map(colorOf).find((color) => color !== undefined);
}

/** Colours of single marks: words as they are, numbers through a ramp. */
export function markColors(marker: Told, layout: Told): readonly (string | undefined)[] | undefined {
  const told = marker["color"];
  if (Array.isArray(told) && told.some((each) => typeof each === "string")) return (told as unknown[]).map(colorOf);
  const values = valuesOf(told).map((value) => (value === null ? NaN : Number(value)));
  if (values.length === 0) return undefined;
  const ramp = rampOf(marker, layout, values);
  return values.map((value) => (Number.isFinite(value) ? rampColor(ramp, value) : undefined));
}

/** The ramp that a bar beside the picture explains, where a trace's single marks have one. */
export function markRamp(marker: Told, layout: Told): Ramp | undefined {
  const told = marker["color"];
  if (Array.isArray(told) && told.some((each) => typeof each === "string")) return undefined;
  const values = valuesOf(told).map((value) => (value === null ? NaN : Number(value)));
  return values.length === 0 ? undefined : rampOf(marker, layout, values);
}
