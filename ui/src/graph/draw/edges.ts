import type { Layout } from "../layout/plan";
import { detailOf, type Picture, type View } from "./picture";

/** Corners of each edge's box: left, top, right, bottom. Found once for a layout. */
const boxes = new WeakMap<Layout, Float32Array>();

function boxesOf(layout: Layout): Float32Array {
  let found = boxes.get(layout);
  if (found !== undefined) return found;
  const count = layout.offset.length - 1;
  found = new Float32Array(4 * count);
  for (let e = 0; e < count; e++) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = layout.offset[e]!; p < layout.offset[e + 1]!; p++) {
      left = Math.min(left, layout.points[2 * p]!);
      right = Math.max(right, layout.points[2 * p]!);
      top = Math.min(top, layout.points[2 * p + 1]!);
      bottom = Math.max(bottom, layout.points[2 * p + 1]!);
    }
    found.set([left, top, right, bottom], 4 * e);
  }
  boxes.set(layout, found);
  return found;
}

/** Draws the edges in view; where ways are shown, those not on them faintly, and those on them over the rest. */
export function drawEdges(context: CanvasRenderingContext2D, picture: Picture, view: View): void {
  const { scene, palette, ways, camera } = picture;
  const seen = edgesIn(picture.layout, view);
  const far = detailOf(camera.scale) === "far";
  context.lineCap = "butt";
  context.lineJoin = "round";
  context.lineWidth = (far ? 1 : 1.4) / camera.scale;
  const alpha = far ? Math.max(0.35, Math.min(0.8, camera.scale * 4)) : 1;
  for (const kind of ["data", "order"] as const) {
    const those = seen.filter((e) => scene.edges[e]!.kind === kind);
    if (those.length === 0) continue;
    context.setLineDash(kind === "order" && !far ? [5, 4] : []);
    const on = ways === null ? [] : those.filter((e) => ways.edges[e]);
    const rest = on.length === 0 ? those : those.filter((e) => !ways!.edges[e]);
    const dimmed = ways !== null && picture.hover >= 0;
    strokeAll(context, picture, rest, palette.edge, alpha * (dimmed ? 0.22 : 1));
    context.lineWidth *= 1.3;
    strokeAll(context, picture, on, palette.accent, 1);
    context.lineWidth /= 1.3;
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function edgesIn(layout: Layout, view: View): number[] {
  const box = boxesOf(layout);
  const found: number[] = [];
  for (let e = 0; 4 * e < box.length; e++) {
    if (box[4 * e + 2]! >= view.left && box[4 * e]! <= view.right && box[4 * e + 3]! >= view.top && box[4 * e + 1]! <= view.bottom) found.push(e);
  }
  return found;
}

/** One path for many edges is drawn faster than many; of too many, the browser's own bookkeeping grows. */
const TOGETHER = 150;

function strokeAll(context: CanvasRenderingContext2D, picture: Picture, edges: readonly number[], color: string, alpha: number): void {
  if (edges.length === 0) return;
  context.strokeStyle = context.fillStyle = color;
  context.globalAlpha = alpha;
  const detail = detailOf(picture.camera.scale);
  for (let i = 0; i < edges.length; i += TOGETHER) {
    context.beginPath();
    for (let k = i; k < Math.min(edges.length, i + TOGETHER); k++) (detail === "far" ? trace : route)(context, picture, edges[k]!);
    context.stroke();
  }
  if (detail === "far") return;
  context.beginPath();
  for (const edge of edges) head(context, picture, edge);
  context.fill();
}

/** Curves where an edge changes its height, straight where it passes by others. */
function route(context: CanvasRenderingContext2D, { layout: { points, offset }, right }: Picture, edge: number): void {
  const first = offset[edge]!;
  const end = offset[edge + 1]!;
  context.moveTo(points[2 * first]!, points[2 * first + 1]!);
  for (let p = first; p + 1 < end; p += 2) {
    const [ax, ay, bx, by] = [points[2 * p]!, points[2 * p + 1]!, points[2 * p + 2]!, points[2 * p + 3]!];
    if (p > first) context.lineTo(ax, ay);
    if (right) context.bezierCurveTo((ax + bx) / 2, ay, (ax + bx) / 2, by, bx, by);
    else context.bezierCurveTo(ax, (ay + by) / 2, bx, (ay + by) / 2, bx, by);
  }
}

/** The same as straight lines: from far, nobody sees the difference. */
function trace(context: CanvasRenderingContext2D, { layout: { points, offset } }: Picture, edge: number): void {
  const first = offset[edge]!;
  context.moveTo(points[2 * first]!, points[2 * first + 1]!);
  for (let p = first + 1; p < offset[edge + 1]!; p++) context.lineTo(points[2 * p]!, points[2 * p + 1]!);
}

function head(context: CanvasRenderingContext2D, { layout: { points, offset }, right }: Picture, edge: number): void {
  const last = offset[edge + 1]! - 1;
  const [x, y] = [points[2 * last]!, points[2 * last + 1]!];
  const back = right ? Math.sign(x - points[2 * last - 2]!) : Math.sign(y - points[2 * last - 1]!);
  const [dx, dy] = right ? [(back || 1) * 7, 3.5] : [3.5, (back || 1) * 7];
  context.moveTo(x, y);
  context.lineTo(x - dx, y - dy);
  context.lineTo(right ? x - dx : x + dx, right ? y + dy : y - dy);
  context.closePath();
}
