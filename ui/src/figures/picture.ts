/** A figure in a space of some pixels: panels with their ticks, shapes and places to stop at. Pure. */
import { type Axis, extentAlong } from "./axes";
import type { Along, Figure, Frame, Note, Pie, Plane } from "./figure";
import { type Mark, spanAlong } from "./marks";
import { figure as figureText, type Scale, scaleOf, told } from "./scale";
import { type Shape, shapesOf, type Spot, spotsOf } from "./shapes";

export interface Picture {
  width: number;
  height: number;
  title: string;
  panels: DrawnPanel[];
  words: Word[];
  /** Lines and surfaces that lie over all panels. */
  over: Shape[];
}

interface DrawnPanel {
  id: string;
  frame: Box;
  /** Lines of the grid, and the two lines that it stands on. */
  grid: string;
  ground: string;
  ticks: Word[];
  shapes: Shape[];
  stops: Stop[];
  /** Words that say that nothing is drawn here. */
  absent: string;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface Word {
  x: number;
  y: number;
  text: string;
  anchor: "start" | "middle" | "end";
  kind: "tick" | "name" | "title" | "note";
  turned?: boolean;
}

/** A place that a pointer or the keys can stop at, with what is told there. */
export interface Stop {
  x: number;
  y: number;
  color: string;
  /** What it belongs to: keys go from one of its stops to the next. */
  group: number;
  name: string;
  title: string;
  lines: readonly string[];
  box?: readonly [number, number, number, number] | undefined;
  /** Contains a point, for what is no box. */
  holds?: (x: number, y: number) => boolean;
  words: () => string;
}

/** Pixels of a letter of a tick, of ticks below a line, and of the bar of colours. */
const LETTER = 6.6;
const TICK = 18;
const BAR = 76;

/** `hidden`: keys of the legend that are switched off. */
export function pictureOf(figure: Figure, width: number, height: number, hidden: ReadonlySet<string>): Picture {
  const paper = paperOf(figure, width, height);
  const planes = figure.panels.filter((panel): panel is Plane => panel.kind === "plane");
  const shown = planes.map((panel) => ({ ...panel, marks: panel.marks.filter(({ key }) => !hidden.has(key)) }));
  const scales = scalesOf(figure, shown, paper);
  const first = new Set<string>();
  const panels = figure.panels.map((panel, at): DrawnPanel => {
    if (panel.kind === "pie") return pieOf(panel, boxIn(paper, panel.frame), hidden, `${at}`);
    if (panel.kind === "unknown") return { ...EMPTY, id: `${at}`, frame: boxIn(paper, panel.frame), absent: `“${panel.type}” is not drawn here` };
    return planeOf(shown[planes.indexOf(panel)]!, at, scales, paper, first);
  });
    const words: Word[] = [
    ...(figure.title === "" ? [] : [{ x: width / 2, y: 20, text: figure.title, anchor: "middle" as const, kind: "title" as const }]),
    ...figure.notes.filter(({ kind }) => kind === "text").map((note) => noteWord(note, scales, paper)),
  ];
  return { width, height, title: figure.title, panels, words, over: figure.notes.flatMap((note) => noteShape(note, scales, paper)) };
}

const EMPTY = { grid: "", ground: "", ticks: [], shapes: [], stops: [], absent: "" };

/** What is left of the space when titles, names and ticks at its edges have theirs. */
function paperOf({ title, axes, notes, ramp, panels }: Figure, width: number, height: number): Box {
  if (!panels.some(({ kind }) => kind === "plane")) return { left: 16, right: width - 16, top: title === "" ? 24 : 48, bottom: height - 16 };
  const all = [...axes.values()];
  const at = (side: string, edge: number) => all.filter((axis) => axis.side === side && !axis.hidden && axis.frame[edge === 0 ? 0 : 1] === edge);
  const lefts = all.filter((axis) => axis.side === "left" && !axis.hidden);
  const rights = all.filter((axis) => axis.side === "right" && !axis.hidden);
  const tickRoom = (some: typeof all) => some.reduce((most, axis) => Math.max(most, tickWidth(axis, height) + (axis.title === "" ? 0 : 22)), 0);
  const above = notes.some(({ kind, y }) => kind === "text" && y.axis === null && (y.at[0] ?? 0) >= 0.97) || at("top", 1).length > 0;
  const named = at("bottom", 0).some((axis) => axis.title !== "");
  return {
    left: 14 + Math.min(width * 0.4, tickRoom(lefts)), right: width - 18 - (ramp === undefined ? 0 : BAR) - Math.min(width * 0.3, tickRoom(rights)),
    top: (title === "" ? 14 : 38) + (above ? 22 : 0), bottom: height - (named ? 22 : 0) - TICK - 8,
  };
}

/** The widest tick in pixels, as letters are wide on the whole. */
function tickWidth(axis: Axis, height: number): number {
  if (!axis.labelled) return 4;
  return 8 + scaleOf(axis, height, 0, 34).ticks.reduce((most, { text }) => Math.max(most, short(text, 24).length), 0) * LETTER;
}

function boxIn(paper: Box, { x, y }: Frame): Box {
  const [wide, high] = [paper.right - paper.left, paper.bottom - paper.top];
  return { left: paper.left + x[0] * wide, right: paper.left + x[1] * wide, top: paper.bottom - y[1] * high, bottom: paper.bottom - y[0] * high };
}

function scalesOf(figure: Figure, planes: readonly Plane[], paper: Box): Map<string, Scale> {
  const scales = new Map<string, Scale>();
  for (const axis of figure.axes.values()) {
    const letter = axis.id.charAt(0) as "x" | "y";
    const mine = planes.filter((panel) => figure.axes.get(panel[letter])!.together === axis.together).flatMap(({ marks }) => marks);
    // What is switched off needs no room; with all of it off, the picture stays as it was.
    const extent = mine.length === 0 ? axis.extent : extentAlong(axis, mine.map((mark) => spanAlong(mark, letter, axis.kind)));
    const box = boxIn(paper, { x: letter === "x" ? axis.frame : [0, 1], y: letter === "y" ? axis.frame : [0, 1] });
    const words = axis.categories.reduce((most, word) => Math.max(most, Math.min(18, word.length)), 0);
    scales.set(axis.id, letter === "x" ? scaleOf({ ...axis, extent }, box.left, box.right, axis.kind === "category" ? 14 + words * LETTER : 84) : scaleOf({ ...axis, extent }, box.bottom, box.top, axis.kind === "category" ? 18 : 44));
  }
  return scales;
}

function planeOf(panel: Plane, place: number, scales: ReadonlyMap<string, Scale>, paper: Box, first: Set<string>): DrawnPanel {
  const [x, y] = [scales.get(panel.x)!, scales.get(panel.y)!];
  const frame = boxIn(paper, { x: x.axis.frame, y: y.axis.frame });
  const ticks: Word[] = [];
  const grid: string[] = [];
  const ground: string[] = [];
  const once = (scale: Scale, cross: Scale) => {
    // An axis that several panels share has its ticks where it stands.
    const key = `${scale.axis.id} ${scale.axis.over ? "" : cross.axis.frame.join("-")}`;
    if (first.has(key) || scale.axis.hidden) return false;
    first.add(key);
    return true;
  };
  if (once(x, y)) {
    const up = x.axis.side === "top";
    const at = up ? frame.top : frame.bottom;
    if (!x.axis.over) grid.push(...x.ticks.map((tick) => `M${tick.at.toFixed(1)} ${frame.top}V${frame.bottom}`));
    ground.push(`M${frame.left} ${at}H${frame.right}`);
    if (x.axis.labelled) ticks.push(...x.ticks.map((tick) => ({ x: tick.at, y: up ? at - 7 : at + 16, text: short(tick.text, 18), anchor: "middle" as const, kind: "tick" as const })));
    if (x.axis.title !== "") ticks.push({ x: (frame.left + frame.right) / 2, y: up ? at - 24 : at + (x.axis.labelled ? 36 : 18), text: x.axis.title, anchor: "middle", kind: "name" });
  }
  if (once(y, x)) {
    const right = y.axis.side === "right";
    const at = right ? frame.right : frame.left;
    if (!y.axis.over) grid.push(...y.ticks.map((tick) => `M${frame.left} ${tick.at.toFixed(1)}H${frame.right}`));
    ground.push(`M${at} ${frame.top}V${frame.bottom}`);
    if (y.axis.labelled) ticks.push(...y.ticks.map((tick) => ({ x: right ? at + 7 : at - 7, y: tick.at + 4, text: short(tick.text, 24), anchor: right ? ("start" as const) : ("end" as const), kind: "tick" as const })));
    const beside = tickWidth(y.axis, frame.bottom - frame.top) + 8;
    if (y.axis.title !== "") ticks.push({ x: right ? at + beside : at - beside, y: (frame.top + frame.bottom) / 2, text: y.axis.title, anchor: "middle", kind: "name", turned: true });
  }
  const stops = panel.marks.flatMap((mark, at) => mark.silent === true ? [] : spotsOf(mark, place * 1000 + at, x, y).map((spot) => stopOf(mark, spot, x, y)));
  return { ...EMPTY, id: `${place}`, frame, grid: grid.join(""), ground: ground.join(""), ticks, shapes: panel.marks.flatMap((mark) => shapesOf(mark, x, y)), stops: stops.filter((stop) => within(frame, stop)) };
}

function within({ left, top, right, bottom }: Box, { x, y }: { x: number; y: number }): boolean {
  return x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1;
}

function stopOf(mark: Mark, spot: Spot, x: Scale, y: Scale): Stop {
  const lying = (mark.kind === "bars" || mark.kind === "boxes") && mark.lying;
  const [place, size] = lying ? [y.axis, x.axis] : [x.axis, y.axis];
  const title = mark.kind === "cells" ? `${told(x.axis, spot.along)} · ${told(y.axis, spot.value)}` : told(place, spot.along);
  const lines = mark.kind === "cells" ? [figureText(spot.more?.[0]?.[1] ?? NaN)] : spot.more?.map(([word, value]) => `${word} ${told(size, value)}`) ?? [told(size, spot.value)];
  const all = [...(spot.word === undefined || spot.word === "" ? [] : [spot.word]), ...lines];
  return { x: spot.x, y: spot.y, color: spot.color, group: spot.mark, name: mark.name, title, lines: all, box: spot.box, words: () => [mark.name, title, ...all].filter((word) => word !== "").join(", ") };
}

/** A bit of a ring, from angle to angle (0 is above, to the right). */
function sector(x: number, y: number, outer: number, inner: number, from: number, to: number): string {
  const at = (radius: number, angle: number) => `${(x + radius * Math.sin(angle)).toFixed(1)} ${(y - radius * Math.cos(angle)).toFixed(1)}`;
  const end = Math.min(to, from + 2 * Math.PI - 1e-4);
  const far = end - from > Math.PI ? 1 : 0;
  const back = inner <= 0 ? `L${x.toFixed(1)} ${y.toFixed(1)}` : `L${at(inner, end)}A${inner} ${inner} 0 ${far} 0 ${at(inner, from)}`;
  return `M${at(outer, from)}A${outer} ${outer} 0 ${far} 1 ${at(outer, end)}${back}Z`;
}

function pieOf(pie: Pie, frame: Box, hidden: ReadonlySet<string>, id: string): DrawnPanel {
  const slices = pie.slices.filter(({ key, value }) => !hidden.has(key) && value > 0);
  const sum = slices.reduce((total, { value }) => total + value, 0);
  const [x, y] = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2 + (pie.title === "" ? 0 : 12)];
  const outer = Math.max(4, Math.min(frame.right - frame.left, frame.bottom - frame.top - (pie.title === "" ? 0 : 24)) / 2 - 22);
  const inner = outer * pie.hole;
  const shapes: Shape[] = [];
  const ticks: Word[] = pie.title === "" ? [] : [{ x, y: frame.top + 8, text: pie.title, anchor: "middle", kind: "name" }];
  const stops: Stop[] = [];
  let from = 0;
  slices.forEach(({ label, value, color }, at) => {
    const [start, to] = [from, from + (value / sum) * 2 * Math.PI];
    from = to;
    const middle = (start + to) / 2;
    const share = `${((value / sum) * 100).toFixed(1)} %`;
    shapes.push({ d: sector(x, y, outer, inner, start, to), fill: color, stroke: "var(--pn-surface)", width: 1 });
    const aim = (radius: number) => ({ x: x + radius * Math.sin(middle), y: y - radius * Math.cos(middle) });
    // A slice of less than 15 degrees has no room for words beside its neighbours'.
    if (to - start > 0.26) ticks.push({ ...aim(outer + 10), text: `${short(label, 16)} ${share}`, anchor: Math.abs(Math.sin(middle)) < 0.2 ? "middle" : Math.sin(middle) > 0 ? "start" : "end", kind: "tick" });
    const holds = (left: number, top: number) => {
      const [right, up] = [left - x, y - top];
      const [distance, angle] = [Math.hypot(right, up), (Math.atan2(right, up) + 2 * Math.PI) % (2 * Math.PI)];
      return distance <= outer && distance >= inner && angle >= start && angle < to;
    };
    stops.push({ ...aim((outer + inner) / 2), color, group: 0, name: "", title: label, lines: [`${figureText(value)} · ${share}`], holds, words: () => `${label}, ${figureText(value)}, ${share}, ${at + 1} of ${slices.length}` });
  });
  return { ...EMPTY, id, frame, shapes, ticks, stops, absent: slices.length === 0 ? "nothing to show" : "" };
}

/** Pixels of a place that a note names; an axis of null is the paper. */
function pixels({ axis, domain, at }: Along, letter: "x" | "y", scales: ReadonlyMap<string, Scale>, paper: Box): number[] {
  const scale = axis === null ? undefined : scales.get(axis);
  const [from, to] = letter === "x" ? [paper.left, paper.right] : [paper.bottom, paper.top];
  if (scale === undefined) return at.map((part) => from + part * (to - from));
  const [low, high] = scale.axis.frame;
  return at.map((value) => (domain ? from + (low + value * (high - low)) * (to - from) : scale.of(value)));
}

function noteWord(note: Note, scales: ReadonlyMap<string, Scale>, paper: Box): Word {
  const [x, y] = [pixels(note.x, "x", scales, paper)[0]!, pixels(note.y, "y", scales, paper)[0]!];
  const [across, down] = note.arrow ?? [0, 0];
  return { x: x + across, y: y + down - (note.arrow === undefined ? 6 : 2), text: note.text, anchor: note.anchor, kind: "note" };
}

function noteShape(note: Note, scales: ReadonlyMap<string, Scale>, paper: Box): Shape[] {
  const [xs, ys] = [pixels(note.x, "x", scales, paper), pixels(note.y, "y", scales, paper)];
  const color = note.color ?? "var(--pn-dim)";
  const at = (i: number) => `${xs[i]!.toFixed(1)} ${ys[i]!.toFixed(1)}`;
  if (note.kind === "line") return [{ d: `M${at(0)}L${at(1)}`, stroke: color, width: 1.5, ...(note.dash && { dash: "6 4" }) }];
  if (note.kind === "rect") return [{ d: `M${at(0)}H${xs[1]!.toFixed(1)}V${ys[1]!.toFixed(1)}H${xs[0]!.toFixed(1)}Z`, fill: color, opacity: 0.15 }];
  return note.arrow === undefined ? [] : [{ d: `M${at(0)}l${note.arrow[0]} ${note.arrow[1]}`, stroke: color, width: 1 }];
}

/** The stops that a pointer tells of: the one below it, and with it those of other lines at the same place. */
export function stopsAt(picture: Picture, x: number, y: number): Stop[] {
  const panels = picture.panels.filter(({ frame, stops }) => stops.length > 0 && within(frame, { x, y }));
  const stops = panels.flatMap((panel) => panel.stops);
  const below = stops.find(({ box, holds }) => holds?.(x, y) ?? (box !== undefined && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]));
  const open = stops.filter((stop) => stop.box === undefined && stop.holds === undefined);
  let [nearest, least] = [below, below === undefined ? Infinity : 12];
  for (const stop of open) {
    const distance = Math.hypot(stop.x - x, stop.y - y);
    if (distance < least) [nearest, least] = [stop, distance];
  }
  if (nearest === undefined || least > 120) return nearest === below && below !== undefined ? [below] : [];
  const beside = nearest.box !== undefined || nearest.holds !== undefined ? [] : open.filter((stop) => stop !== nearest && stop.group !== nearest.group && stop.title === nearest.title);
  const others = new Map(beside.map((stop) => [stop.group, stop]));
  return [nearest, ...others.values()].slice(0, 12);
}

/** Pixels that a figure should have at the least: rows of panels need theirs. */
export function leastHeight({ panels, axes }: Figure): number {
  const froms = panels.map((panel) => (panel.kind === "plane" ? axes.get(panel.y)!.frame[0] : panel.frame.y[0]));
  return Math.max(340, Math.min(12, new Set(froms).size) * 200);
}

/** The next stop by keys: along its own line, or to another line at about the same place. */
export function stopBeside(stops: readonly Stop[], now: number, way: "next" | "before" | "up" | "down"): number {
  if (stops.length === 0) return -1;
  const here = stops[now];
  if (here === undefined) return 0;
  if (way === "next" || way === "before") return Math.min(stops.length - 1, Math.max(0, now + (way === "next" ? 1 : -1)));
  const groups = [...new Set(stops.map(({ group }) => group))];
  const other = groups[groups.indexOf(here.group) + (way === "down" ? 1 : -1)];
  if (other === undefined) return now;
  let [found, least] = [now, Infinity];
  stops.forEach((stop, at) => {
    const distance = Math.abs(stop.x - here.x);
    if (stop.group === other && distance < least) [found, least] = [at, distance];
  });
  return found;
}

/** A word that is too long ends in dots. */
function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
