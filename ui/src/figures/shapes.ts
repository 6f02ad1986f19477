/** Marks as outlines of SVG: one for each colour, however many values there are. */
import type { Errors } from "./errors";
import type { Bars, Boxes, Cells, Line, Mark, Points } from "./marks";
import type { Scale } from "./scale";

export interface Shape {
  d: string;
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: string;
  opacity?: number;
  /** Ends of strokes are round: points are strokes without length. */
  round?: boolean;
  crisp?: boolean;
}

/** A place that a pointer or a key can stop at. */
export interface Spot {
  /** In pixels. */
  x: number;
  y: number;
  /** In the numbers of the axes. */
  along: number;
  value: number;
  mark: number;
  color: string;
  word?: string | undefined;
  /** The surface that belongs to it. */
  box?: readonly [number, number, number, number];
  /** More of it than one value. */
  more?: readonly (readonly [string, number])[];
}

const px = (number: number) => (Number.isInteger(number) ? String(number) : number.toFixed(1));

export function shapesOf(mark: Mark, x: Scale, y: Scale): Shape[] {
  switch (mark.kind) {
    case "line": return lineShapes(mark, x, y);
    case "points": return pointShapes(mark, x, y);
    case "bars": return barShapes(mark, x, y);
    case "boxes": return boxShapes(mark, x, y);
    case "cells": return cellShapes(mark, x, y);
    case "errors": return errorShapes(mark, x, y);
  }
}

function lineShapes(mark: Line, x: Scale, y: Scale): Shape[] {
  const shapes: Shape[] = [];
  if (mark.back !== undefined) {
    const there = trail(mark.xs, mark.ys, x, y, mark.step, true);
    const again = trail([...mark.back.xs].reverse(), [...mark.back.ys].reverse(), x, y, undefined, true).replace("M", "L");
    if (there !== "") shapes.push({ d: `${there}${again}Z`, fill: mark.color, opacity: 0.2 });
  }
  if (!mark.bare) shapes.push({ d: trail(mark.xs, mark.ys, x, y, mark.step, false), stroke: mark.color, width: mark.width, ...(mark.dash !== undefined && { dash: mark.dash }) });
  return shapes;
}

/** A way from place to place; a missing value is a gap, or left out. */
function trail(xs: readonly number[], ys: readonly number[], x: Scale, y: Scale, step: Line["step"], gapless: boolean): string {
  let open = false;
  const parts: string[] = [];
  for (let at = 0; at < xs.length; at++) {
    const [left, top] = [x.of(xs[at]!), y.of(ys[at]!)];
    if (!Number.isFinite(xs[at]) || !Number.isFinite(ys[at]) || !Number.isFinite(left) || !Number.isFinite(top)) {
      if (!gapless) open = false;
      continue;
    }
    if (!open) parts.push(`M${px(left)} ${px(top)}`);
    else if (step === "hv") parts.push(`H${px(left)}V${px(top)}`);
    else if (step === "vh") parts.push(`V${px(top)}H${px(left)}`);
    else parts.push(`L${px(left)} ${px(top)}`);
    open = true;
  }
  // A value between two gaps has no line: it would not be seen.
  return parts.map((part, at) => (!gapless && part.startsWith("M") && (parts[at + 1] ?? "M").startsWith("M") ? `${part}h.01` : part)).join("");
}

function pointShapes(mark: Points, x: Scale, y: Scale): Shape[] {
  const groups = new Map<string, { color: string; size: number; parts: string[] }>();
  mark.xs.forEach((value, at) => {
    const [left, top] = [x.of(value), y.of(mark.ys[at]!)];
    if (!Number.isFinite(left) || !Number.isFinite(top)) return;
    const color = mark.colors?.[at] ?? mark.color;
    const size = Math.round(mark.sizes[at % mark.sizes.length]!);
    const key = `${size} ${color}`;
    const part = `M${px(left)} ${px(top)}h.01`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { color, size, parts: [part] });
    else known.parts.push(part);
  });
  const opacity = mark.xs.length > 200 || mark.sizes.length > 1 ? 0.7 : 1;
  return [...groups.values()].flatMap(({ color, size, parts }): Shape[] => {
    const d = parts.join("");
    const disc: Shape = { d, stroke: color, width: size, round: true, opacity };
    return mark.open ? [disc, { d, stroke: "var(--pn-surface)", width: Math.max(1, size - 2), round: true }] : [disc];
  });
}

type Sides = readonly [number, number, number, number];

/** Left, top, right and bottom in pixels. */
function sides(lying: boolean, start: number, end: number, from: number, to: number, x: Scale, y: Scale): Sides {
  const [place, size] = lying ? [y, x] : [x, y];
  const [one, other, low, high] = [place.of(start), place.of(end), size.of(from), size.of(to)];
  const [left, right, top, bottom] = lying ? [low, high, one, other] : [one, other, low, high];
  return [Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom)];
}

const rect = ([left, top, right, bottom]: Sides) => `M${px(left)} ${px(top)}H${px(right)}V${px(bottom)}H${px(left)}Z`;

function barShapes(mark: Bars, x: Scale, y: Scale): Shape[] {
  const groups = new Map<string, string[]>();
  mark.starts.forEach((start, at) => {
    const box = sides(mark.lying, start, mark.ends[at]!, mark.from[at]!, mark.to[at]!, x, y);
    if (!box.every(Number.isFinite)) return;
    const color = mark.colors?.[at] ?? mark.color;
    const known = groups.get(color);
    if (known === undefined) groups.set(color, [rect(box)]);
    else known.push(rect(box));
  });
  return [...groups].map(([fill, parts]) => ({ d: parts.join(""), fill, opacity: mark.thin ? 0.6 : 1 }));
}

function boxShapes(mark: Boxes, x: Scale, y: Scale): Shape[] {
  const [place, size] = mark.lying ? [y, x] : [x, y];
  const bodies: string[] = [];
  const lines: string[] = [];
  const discs: string[] = [];
  mark.boxes.forEach((box, at) => {
    const [one, other] = [place.of(mark.starts[at]!), place.of(mark.ends[at]!)];
    const middle = (one + other) / 2;
    const across = (value: number, from: number, to: number) => (mark.lying ? `M${px(size.of(value))} ${px(from)}V${px(to)}` : `M${px(from)} ${px(size.of(value))}H${px(to)}`);
    const whisker = (from: number, to: number) => (mark.lying ? `M${px(size.of(from))} ${px(middle)}H${px(size.of(to))}` : `M${px(middle)} ${px(size.of(from))}V${px(size.of(to))}`);
    bodies.push(rect(sides(mark.lying, mark.starts[at]!, mark.ends[at]!, box.q1, box.q3, x, y)));
    const quarter = (other - one) / 4;
    lines.push(across(box.middle, one, other), whisker(box.low, box.q1), whisker(box.q3, box.high), across(box.low, one + quarter, other - quarter), across(box.high, one + quarter, other - quarter));
    for (const value of box.outside) discs.push(mark.lying ? `M${px(size.of(value))} ${px(middle)}h.01` : `M${px(middle)} ${px(size.of(value))}h.01`);
  });
  const { color } = mark;
  return [
    { d: bodies.join(""), fill: color, opacity: 0.25 }, { d: bodies.join(""), stroke: color, width: 1.5 }, { d: lines.join(""), stroke: color, width: 1.5 },
    ...(discs.length > 0 ? [{ d: discs.join(""), stroke: color, width: 5, round: true }] : []),
  ];
}

function errorShapes({ letter, places, values, from, to, color, width, cap }: Errors, x: Scale, y: Scale): Shape[] {
  const [size, place] = letter === "x" ? [x, y] : [y, x];
  const parts = values.flatMap((value, at) => {
    const [middle, here] = [place.of(places[at]!), size.of(value)];
    // What is told of one side only has one half.
    return [size.of(from[at]!), size.of(to[at]!)].filter((end) => [middle, here, end].every(Number.isFinite)).map((end) =>
      letter === "x" ? `M${px(here)} ${px(middle)}H${px(end)}M${px(end)} ${px(middle - cap)}v${2 * cap}` : `M${px(middle)} ${px(here)}V${px(end)}M${px(middle - cap)} ${px(end)}h${2 * cap}`,
    );
  });
  return parts.length === 0 ? [] : [{ d: parts.join(""), stroke: color, width }];
}

function cellShapes(mark: Cells, x: Scale, y: Scale): Shape[] {
  const groups = new Map<string, string[]>();
  const [lefts, tops] = [mark.xs.map(x.of), mark.ys.map(y.of)];
  mark.colors.forEach((row, at) => {
    // Neighbours of one colour are one box.
    for (let from = 0; from < row.length;) {
      const color = row[from];
      let to = from + 1;
      while (to < row.length && row[to] === color) to += 1;
      const box = [lefts[from]!, tops[at]!, lefts[to]!, tops[at + 1]!].map(Math.round) as unknown as Sides;
      if (color !== undefined && box.every(Number.isFinite)) {
        const part = rect(box);
        const known = groups.get(color);
        if (known === undefined) groups.set(color, [part]);
        else known.push(part);
      }
      from = to;
    }
  });
  return [...groups].map(([fill, parts]) => ({ d: parts.join(""), fill, crisp: true }));
}

/** Where keys and pointers stop, from left to right (or from above where bars lie). Of cells only where one asks. */
export function spotsOf(mark: Mark, at: number, x: Scale, y: Scale): Spot[] {
  switch (mark.kind) {
    case "line": case "points": return mark.xs.flatMap((along, i) => {
      const value = mark.ys[i]!;
      const [left, top] = [x.of(along), y.of(value)];
      return Number.isFinite(left) && Number.isFinite(top) ? [{ x: left, y: top, along, value, mark: at, color: (mark.kind === "points" ? mark.colors?.[i] : undefined) ?? mark.color, word: mark.words?.[i] }] : [];
    });
    case "bars": return mark.starts.flatMap((start, i) => {
      const box = sides(mark.lying, start, mark.ends[i]!, mark.from[i]!, mark.to[i]!, x, y);
      if (!box.every(Number.isFinite)) return [];
      const end = mark.lying ? [x.of(mark.to[i]!), (box[1] + box[3]) / 2] : [(box[0] + box[2]) / 2, y.of(mark.to[i]!)];
      return [{ x: end[0]!, y: end[1]!, along: (start + mark.ends[i]!) / 2, value: mark.to[i]! - mark.from[i]!, mark: at, color: mark.colors?.[i] ?? mark.color, word: mark.words?.[i], box }];
    });
    case "boxes": return mark.boxes.map((one, i) => {
      const box = sides(mark.lying, mark.starts[i]!, mark.ends[i]!, one.low, one.high, x, y);
      const more = [["most", one.high], ["three quarters", one.q3], ["median", one.middle], ["a quarter", one.q1], ["least", one.low]] as const;
      return { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, along: (mark.starts[i]! + mark.ends[i]!) / 2, value: one.middle, mark: at, color: mark.color, box, more };
    });
    case "errors": return [];
    case "cells": return mark.rows.flatMap((row, up) => row.flatMap((value, across) => (Number.isFinite(value) ? [cellSpot(mark, at, across, up, x, y)] : [])));
  }
}

function cellSpot(mark: Cells, at: number, across: number, up: number, x: Scale, y: Scale): Spot {
  const [from, to, low, high] = [x.of(mark.xs[across]!), x.of(mark.xs[across + 1]!), y.of(mark.ys[up]!), y.of(mark.ys[up + 1]!)];
  const middle = (edges: readonly number[], i: number) => (edges[i]! + edges[i + 1]!) / 2;
  return {
    x: (from + to) / 2, y: (low + high) / 2, along: middle(mark.xs, across), value: middle(mark.ys, up), mark: at, color: mark.colors[up]![across] ?? mark.color,
    box: [Math.min(from, to), Math.min(low, high), Math.max(from, to), Math.max(low, high)], more: [["", mark.rows[up]![across]!]],
  };
}
