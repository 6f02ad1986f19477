import { ROOM } from "../layout/plan";
import { drawEdges } from "./edges";
import { drawState, drawTurning } from "./icons";
import { drawNodes, markOf } from "./nodes";
import { detailOf, nodesIn, type Picture, type View, viewOf } from "./picture";
import { cut } from "./text";

/** Draws a picture of a graph. `ratio`: device pixels for one of the page. */
export function paint(context: CanvasRenderingContext2D, picture: Picture, ratio: number): void {
  const { camera, window, palette } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, window.width, window.height);
  context.setTransform(ratio * camera.scale, 0, 0, ratio * camera.scale, ratio * camera.x, ratio * camera.y);
  const view = viewOf(picture);
  drawGroups(context, picture, view);
  drawEdges(context, picture, view);
  drawHeads(context, picture, view);
  drawNodes(context, picture, nodesIn(picture, view));
}

/** Nodes in view whose mark turns; none from far. */
export function turningIn(picture: Picture): number[] {
  if (detailOf(picture.camera.scale) === "far") return [];
  return nodesIn(picture, viewOf(picture)).filter((v) => picture.figures[v]!.state === "running");
}

/** Draws the turning marks alone, on a canvas over the picture. */
export function paintTurning(context: CanvasRenderingContext2D, picture: Picture, nodes: readonly number[], ratio: number, time: number): void {
  const { camera, window, scene, layout, palette } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, window.width, window.height);
  context.setTransform(ratio * camera.scale, 0, 0, ratio * camera.scale, ratio * camera.x, ratio * camera.y);
  for (const v of nodes) {
    const dimmed = picture.ways !== null && picture.hover >= 0 && !picture.ways.nodes[v];
    context.globalAlpha = dimmed ? 0.28 : 1;
    const { x, y } = markOf(scene.nodes[v]!, layout.x[v]!, layout.y[v]!);
    drawTurning(context, "running", x, y, palette.state.running, time);
  }
  context.globalAlpha = 1;
}

function drawGroups(context: CanvasRenderingContext2D, picture: Picture, view: View): void {
  const { scene, layout: { box }, palette, camera } = picture;
  scene.groups.forEach((_, g) => {
    const [left, top, right, bottom] = [box[4 * g]!, box[4 * g + 1]!, box[4 * g + 2]!, box[4 * g + 3]!];
    if (right < view.left || left > view.right || bottom < view.top || top > view.bottom) return;
    context.beginPath();
    context.roundRect(left, top, right - left, bottom - top, 8);
    context.globalAlpha = 0.6;
    context.fillStyle = palette.raised;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1 / camera.scale;
    context.strokeStyle = palette.lineStrong;
    context.stroke();
  });
}

/** Names of groups, over the edges that lead by. */
function drawHeads(context: CanvasRenderingContext2D, picture: Picture, view: View): void {
  const { scene, layout: { box }, camera } = picture;
  scene.groups.forEach((_, g) => {
    const [left, top, right, bottom] = [box[4 * g]!, box[4 * g + 1]!, box[4 * g + 2]!, box[4 * g + 3]!];
    if (right < view.left || left > view.right || bottom < view.top || top > view.bottom) return;
    drawHead(context, picture, g, Math.max(left, view.left + 24 / camera.scale), top, right);
  });
}

/** A group's name stays in sight while a part of the group does. From far it is written larger than the head is high. */
function drawHead(context: CanvasRenderingContext2D, picture: Picture, g: number, left: number, top: number, right: number): void {
  const { scene, groupFigures, palette, camera } = picture;
  const far = detailOf(camera.scale) === "far";
  const size = Math.max(12, Math.min(far ? 11 / camera.scale : 18, 11 / camera.scale));
  const figure = groupFigures[g]!;
  const middle = top + (far ? size * 0.9 : ROOM.header / 2 + 3);
  let at = left + 10;
  context.font = `600 ${size}px ${palette.font}`;
  const { title } = scene.groups[g]!;
  const words = figure.total > 0 ? `${title}  ${figure.done}/${figure.total}` : title;
  const shown = cut(context, words, Math.max(0, right - at - (far ? 8 : 45)));
  if (!far) {
    context.fillStyle = palette.raised;
    context.fillRect(at - 4, middle - 9, context.measureText(shown).width + (figure.state === null ? 23 : 45), 18);
  }
  context.strokeStyle = palette.dim;
  context.lineWidth = 1.6;
  if (!far) {
    context.beginPath();
    context.moveTo(at, middle - 2);
    context.lineTo(at + 4, middle + 2);
    context.lineTo(at + 8, middle - 2);
    context.stroke();
    at += 15;
    if (figure.state !== null) {
      drawState(context, figure.state, at, middle - 8, palette.state[figure.state], palette.raised, false);
      at += 22;
    }
  }
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.dim;
  context.fillText(shown, at, middle);
}
