import type { Layout } from "../layout/plan";
import type { Figure } from "../scene/figures";
import type { Scene } from "../scene/scene";
import type { Ways } from "../scene/ways";
import type { Camera, Size } from "./camera";
import type { Palette } from "./palette";

/** Everything that a picture is drawn from. */
export interface Picture {
  scene: Scene;
  layout: Layout;
  right: boolean;
  /** By node, and by open group. */
  figures: readonly Figure[];
  groupFigures: readonly Figure[];
  /** Whether a run is shown: what it has not made yet is drawn so. */
  hasRun: boolean;
  camera: Camera;
  window: Size;
  palette: Palette;
  /** Node under the pointer or the keys, and all ways through it; the rest is dimmed. */
  hover: number;
  ways: Ways | null;
  selected: number;
  /** Where the keys are, when the canvas has the focus. */
  focus: number;
  now: number;
  /** Turning marks are drawn by somebody else, over it. */
  turning: boolean;
}

/** How much of a node can be seen: its shape and state; its name; all. */
export type Detail = "far" | "middle" | "near";

export function detailOf(scale: number): Detail {
  if (scale < 0.3) return "far";
  return scale < 0.58 ? "middle" : "near";
}

/** A part of the picture, in its own pixels. */
export interface View {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function viewOf({ camera, window }: Pick<Picture, "camera" | "window">, pad = 24): View {
  const { x, y, scale } = camera;
  return { left: (-x - pad) / scale, top: (-y - pad) / scale, right: (window.width - x + pad) / scale, bottom: (window.height - y + pad) / scale };
}

/** Nodes of which something is in view. */
export function nodesIn({ scene, layout }: Pick<Picture, "scene" | "layout">, view: View): number[] {
  const found: number[] = [];
  scene.nodes.forEach(({ width, height }, v) => {
    const [x, y] = [layout.x[v]!, layout.y[v]!];
    if (x + width / 2 >= view.left && x - width / 2 <= view.right && y + height / 2 >= view.top && y - height / 2 <= view.bottom) found.push(v);
  });
  return found;
}

/** What stands at a place: a node; or the head of an open group, by which it is folded. */
export type Hit = { node: number } | { group: number } | null;

export function hitAt(picture: Pick<Picture, "scene" | "layout">, x: number, y: number, headHeight: number): Hit {
  const [node] = nodesIn(picture, { left: x, right: x, top: y, bottom: y });
  if (node !== undefined) return { node };
  const { box } = picture.layout;
  // Of groups within each other, the innermost comes last.
  const group = picture.scene.groups.findLastIndex((_, g) => x >= box[4 * g]! && x <= box[4 * g + 2]! && y >= box[4 * g + 1]! && y <= box[4 * g + 1]! + headHeight);
  return group < 0 ? null : { group };
}
