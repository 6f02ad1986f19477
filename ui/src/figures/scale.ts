/** From the numbers of an axis to pixels, with ticks in words. */
import { scaleLinear, scaleLog, scaleUtc } from "d3-scale";

import type { Axis } from "./axes";

export interface Scale {
  axis: Axis;
  of: (number: number) => number;
  /** The value at a pixel. */
  at: (pixel: number) => number;
  ticks: readonly Tick[];
}

interface Tick {
  at: number;
  text: string;
}

/** The axis along pixels from one end to the other; `room` is what a tick needs of them. */
export function scaleOf(axis: Axis, from: number, to: number, room: number): Scale {
  const [start, end] = axis.turned ? [to, from] : [from, to];
  const most = Math.max(2, Math.floor(Math.abs(to - from) / room));
  const ticked = (numbers: readonly number[], text: (number: number) => string, of: (number: number) => number) => numbers.map((number) => ({ at: of(number), text: `${axis.prefix}${text(number)}${axis.suffix}` }));
  if (axis.kind === "time") {
    const scale = scaleUtc([new Date(axis.extent[0]), new Date(axis.extent[1])], [start, end]);
    const text = formatted(axis, (format) => scale.tickFormat(most, format));
    const of = (number: number) => known(scale(new Date(number)));
    return { axis, of, at: (pixel) => scale.invert(pixel).getTime(), ticks: ticked(scale.ticks(most).map(Number), (number) => text(new Date(number)), of) };
  }
  if (axis.kind === "log") {
    const scale = scaleLog([...axis.extent], [start, end]);
    const text = formatted(axis, (format) => scale.tickFormat(most, format));
    const of = (number: number) => known(scale(number > 0 ? number : Number.isNaN(number) ? NaN : axis.extent[0]));
    return { axis, of, at: (pixel) => scale.invert(pixel), ticks: ticked(scale.ticks(most), text, of).filter(({ text: word }) => word !== axis.prefix + axis.suffix) };
  }
  const scale = scaleLinear([...axis.extent], [start, end]);
  const of = (number: number) => known(scale(number));
  if (axis.kind === "category") {
    const every = Math.max(1, Math.ceil(axis.categories.length / most));
    const shown = axis.categories.map((_, place) => place).filter((place) => place % every === 0);
    return { axis, of, at: (pixel) => scale.invert(pixel), ticks: ticked(shown, (place) => axis.categories[place]!, of) };
  }
  const text = formatted(axis, (format) => scale.tickFormat(most, format));
  return { axis, of, at: (pixel) => scale.invert(pixel), ticks: ticked(scale.ticks(most), text, of) };
}

/** Scales answer nothing where there is no number. */
function known(pixel: number | undefined): number {
  return pixel ?? NaN;
}

/** A format that is none (a file tells it) is as good as no format. */
function formatted<Write>(axis: Axis, make: (format?: string) => Write): Write {
  try {
    return make(axis.format);
  } catch {
    return make();
  }
}

const FIGURES = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

/** A value of the axis as a person reads it. */
export function told(axis: Axis, number: number): string {
  if (!Number.isFinite(number)) return "–";
  if (axis.kind === "category") return axis.categories[Math.round(number)] ?? FIGURES.format(number);
  if (axis.kind === "time") return momentText(number);
  return `${axis.prefix}${FIGURES.format(number)}${axis.suffix}`;
}

export function figure(number: number): string {
  return FIGURES.format(number);
}

function momentText(number: number): string {
  const text = new Date(number).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}
