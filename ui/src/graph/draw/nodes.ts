import type { TaskState } from "../../domain/states";
import { TASK_STATES } from "../../domain/states";
import { type Figure, linesOf } from "../scene/figures";
import type { SceneNode } from "../scene/scene";
import { SIZE } from "../scene/sizes";
import { drawState } from "./icons";
import { detailOf, type Detail, type Picture } from "./picture";
import { cut, fitting } from "./text";

const CORNER = 6;

/** Draws nodes: task a rectangle, dataset and param a pill, many at once a pile. */
export function drawNodes(context: CanvasRenderingContext2D, picture: Picture, nodes: readonly number[]): void {
  const detail = detailOf(picture.camera.scale);
  if (detail === "far") drawFar(context, picture, nodes);
  else for (const v of nodes) drawNode(context, picture, v, detail);
  context.globalAlpha = 1;
}

/** A turning mark stands here, for the one who draws it. */
export function markOf(node: SceneNode, x: number, y: number): { x: number; y: number } {
  return { x: x - node.width / 2 + 10, y: y - 8 };
}

const LOUD: ReadonlySet<string> = new Set<TaskState>(["failed", "running", "retrying"]);

/** From far: shapes in the colours of their states, one path for each colour. */
function drawFar(context: CanvasRenderingContext2D, picture: Picture, nodes: readonly number[]): void {
  const { scene, layout, figures, palette, ways, hover, camera } = picture;
  const paths = new Map<string, number[]>();
  for (const v of nodes) {
    const state = figures[v]!.state;
    const color = state !== null ? palette.state[state] : scene.nodes[v]!.kind === "task" || scene.nodes[v]!.kind === "group" ? palette.dim : palette.edge;
    const key = `${ways !== null && hover >= 0 && !ways.nodes[v] ? "0.15" : state === null ? "0.55" : "0.9"} ${color}`;
    const known = paths.get(key);
    if (known === undefined) paths.set(key, [v]);
    else known.push(v);
  }
  const loudLast = [...paths].sort(([, a], [, b]) => Number(LOUD.has(figures[a[0]!]!.state ?? "")) - Number(LOUD.has(figures[b[0]!]!.state ?? "")));
  for (const [key, those] of loudLast) {
    context.globalAlpha = Number(key.slice(0, key.indexOf(" ")));
    context.fillStyle = key.slice(key.indexOf(" ") + 1);
    context.beginPath();
    for (const v of those) {
      // What needs a look can be seen from however far.
      const [across, high] = LOUD.has(figures[v]!.state ?? "") ? [7 / camera.scale, 5 / camera.scale] : [1.2 / camera.scale, 1.2 / camera.scale];
      const [width, height] = [Math.max(across, scene.nodes[v]!.width), Math.max(high, scene.nodes[v]!.height)];
      context.rect(layout.x[v]! - width / 2, layout.y[v]! - height / 2, width, height);
    }
    context.fill();
  }
  context.globalAlpha = 1;
  for (const v of [picture.selected, picture.focus]) if (v >= 0) ring(context, picture, v, 4);
}

function drawNode(context: CanvasRenderingContext2D, picture: Picture, v: number, detail: Detail): void {
  const { scene, layout, figures, ways, hover } = picture;
  const node = scene.nodes[v]!;
  const figure = figures[v]!;
  const [left, top] = [layout.x[v]! - node.width / 2, layout.y[v]! - node.height / 2];
  context.globalAlpha = ways !== null && hover >= 0 && !ways.nodes[v] ? 0.28 : 1;
  body(context, picture, node, figure, left, top, v);
  if (node.kind === "task" || node.kind === "group") taskText(context, picture, node, figure, left, top, detail);
  else pillText(context, picture, node, figure, left, top, detail);
  if (node.layer !== null && detail === "near") layerMark(context, picture, node.layer, left, top, node.width);
  if (v === picture.selected || v === picture.focus) ring(context, picture, v, 2);
}

function body(context: CanvasRenderingContext2D, { palette, hasRun, hover, camera }: Picture, node: SceneNode, figure: Figure, left: number, top: number, v: number): void {
  const corner = node.kind === "task" || node.kind === "group" ? CORNER : node.height / 2;
  const absent = hasRun && node.kind === "dataset" && !figure.made;
  context.lineWidth = 1 / camera.scale;
  context.strokeStyle = v === hover ? palette.dim : borderOf(figure.state, palette);
  if (node.kind === "group" || figure.counts !== null) {
    context.fillStyle = palette.raised;
    for (const off of [6, 3]) outline(context, left + off, top + off, node.width - off, node.height - off + 1, corner);
  }
  context.fillStyle = figure.state === "failed" ? palette.dangerSoft : node.kind === "dataset" || node.kind === "param" ? palette.raised : palette.surface;
  if (absent) context.setLineDash([4, 3]);
  outline(context, left, top, node.width, node.height, corner);
  context.setLineDash([]);
}

function borderOf(state: TaskState | null, palette: Picture["palette"]): string {
  if (state === "failed" || state === "running" || state === "retrying") return palette.state[state];
  return palette.lineStrong;
}

function outline(context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number, corner: number): void {
  context.beginPath();
  context.roundRect(left, top, width, height, corner);
  context.fill();
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, { scene, layout, palette, camera }: Picture, v: number, width: number): void {
  const node = scene.nodes[v]!;
  const off = 2.5 / camera.scale;
  context.lineWidth = width / camera.scale;
  context.strokeStyle = palette.accent;
  context.beginPath();
  const corner = node.kind === "task" || node.kind === "group" ? CORNER : node.height / 2;
  context.roundRect(layout.x[v]! - node.width / 2 - off, layout.y[v]! - node.height / 2 - off, node.width + 2 * off, node.height + 2 * off, corner + off);
  context.stroke();
}

function taskText(context: CanvasRenderingContext2D, picture: Picture, node: SceneNode, figure: Figure, left: number, top: number, detail: Detail): void {
  const { palette } = picture;
  const room = SIZE[node.kind];
  const middle = top + (node.kind === "group" ? node.height - 6 : node.height) / 2;
  if (figure.state !== null) {
    const behind = figure.state === "failed" ? palette.dangerSoft : palette.surface;
    drawState(context, figure.state, left + 10, top + node.height / 2 - 8, palette.state[figure.state], behind, picture.turning);
  } else kindMark(context, picture, node, left + 10, top + node.height / 2 - 8);
  const width = node.width - room.left - room.right;
  context.textBaseline = "middle";
  context.textAlign = "left";
  if (detail === "middle") {
    text(context, `560 ${Math.min(20, 9.5 / picture.camera.scale)}px ${palette.font}`, palette.text, [shortTitle(node)], left + room.left - 2, middle, width + 10);
    return;
  }
  const lines = linesOf(node, figure, picture.now);
  text(context, `560 ${SIZE.title}px ${palette.font}`, palette.text, [node.title], left + room.left, middle - (lines.length === 0 ? 0 : 8), width);
  const color = figure.state === "failed" ? palette.state.failed : palette.dim;
  text(context, `400 ${SIZE.line}px ${palette.font}`, color, lines, left + room.left, middle + 9, width);
  if (node.kind === "group") unfoldMark(context, palette.dim, left + node.width - 19, top + node.height / 2);
  drawShare(context, picture, node, figure, left, top);
}

/** Where there is little room, the part of a name that tells it from its neighbours. */
function shortTitle({ title }: SceneNode): string {
  return title.slice(title.lastIndexOf(".") + 1) || title;
}

/** Along the lower edge: items by state, or how far a task says that it is. */
function drawShare(context: CanvasRenderingContext2D, { palette }: Picture, node: SceneNode, figure: Figure, left: number, top: number): void {
  const [x, y, width] = [left + CORNER, top + node.height - 4.5, node.width - 2 * CORNER];
  if (figure.counts !== null && figure.total > 0) {
    let at = x;
    for (const state of [...TASK_STATES].reverse()) {
      const part = ((figure.counts[state] ?? 0) / figure.total) * width;
      if (part === 0) continue;
      context.fillStyle = palette.state[state];
      context.fillRect(at, y, part, 2.5);
      at += part;
    }
  } else if (figure.progress !== null && figure.state !== null) {
    context.fillStyle = palette.line;
    context.fillRect(x, y, width, 2.5);
    context.fillStyle = palette.state[figure.state];
    context.fillRect(x, y, width * figure.progress, 2.5);
  }
}

function pillText(context: CanvasRenderingContext2D, picture: Picture, node: SceneNode, figure: Figure, left: number, top: number, detail: Detail): void {
  const { palette } = picture;
  const room = SIZE[node.kind === "param" ? "param" : "dataset"];
  const middle = top + node.height / 2;
  const width = node.width - room.left - room.right;
  const color = picture.hasRun && node.kind === "dataset" && !figure.made ? palette.faint : palette.text;
  kindMark(context, picture, node, left + (node.kind === "param" ? 8 : 10), middle - 6);
  context.textBaseline = "middle";
  context.textAlign = "left";
  const size = detail === "middle" ? Math.min(17, 9 / picture.camera.scale) : 12;
  const lines = detail === "middle" ? [] : linesOf(node, figure, picture.now);
  text(context, `450 ${size}px ${palette.font}`, color, [node.title], left + room.left, middle - (lines.length === 0 ? 0 : 6.5), width + (detail === "middle" ? 8 : 0));
  text(context, `400 10.5px ${palette.font}`, palette.dim, lines, left + room.left, middle + 7.5, width);
}

function text(context: CanvasRenderingContext2D, font: string, color: string, words: readonly string[], x: number, y: number, width: number): void {
  if (words.length === 0) return;
  context.font = font;
  context.fillStyle = color;
  context.fillText(fitting(context, words, width), x, y);
}

/** A dataset's layer, on its upper edge, where no word of its own is. */
function layerMark(context: CanvasRenderingContext2D, { palette, camera }: Picture, layer: string, left: number, top: number, width: number): void {
  context.font = `560 9px ${palette.font}`;
  const shown = cut(context, layer, width - 48);
  const across = context.measureText(shown).width + 12;
  const at = left + width - across - 14;
  context.lineWidth = 1 / camera.scale;
  context.strokeStyle = palette.lineStrong;
  context.fillStyle = palette.ground;
  outline(context, at, top - 10, across, 13, 6.5);
  context.fillStyle = palette.dim;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(shown, at + 6, top - 3);
}

/** What a node is, where it has no state: a step, a store of data, a value. */
function kindMark(context: CanvasRenderingContext2D, { palette }: Picture, node: SceneNode, x: number, y: number): void {
  context.strokeStyle = palette.faint;
  context.lineWidth = 1.3;
  context.beginPath();
  if (node.kind === "dataset") {
    context.ellipse(x + 6, y + 2.5, 5, 2, 0, 0, 2 * Math.PI);
    context.moveTo(x + 1, y + 2.5);
    context.lineTo(x + 1, y + 9.5);
    context.ellipse(x + 6, y + 9.5, 5, 2, 0, Math.PI, 0, true);
    context.lineTo(x + 11, y + 2.5);
  } else if (node.kind === "param") {
    for (const [at, knob] of [[3.5, 7.5], [8.5, 3]] as const) {
      context.moveTo(x, y + at);
      context.lineTo(x + 10, y + at);
      context.moveTo(x + knob, y + at - 1.8);
      context.lineTo(x + knob, y + at + 1.8);
    }
  } else context.roundRect(x + 1.5, y + 2.5, 13, 11, 2.5);
  context.stroke();
}

function unfoldMark(context: CanvasRenderingContext2D, color: string, x: number, y: number): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 4, y);
  context.lineTo(x + 4, y);
  context.moveTo(x, y - 4);
  context.lineTo(x, y + 4);
  context.stroke();
}
