import type { Camera, Size } from "../../graph/draw/camera";
import type { Palette } from "../../graph/draw/palette";
import type { Picture } from "../../graph/draw/picture";

/** A small picture of the whole, for graphs of which only a part fits the window. */
export interface MiniMap {
  /** Pixels of the map for one of the picture. */
  scale: number;
  width: number;
  height: number;
}

const MOST = { width: 176, height: 120 };

export function miniMapOf(picture: Size): MiniMap {
  const scale = Math.min(MOST.width / picture.width, MOST.height / picture.height);
  return { scale, width: Math.max(24, Math.round(picture.width * scale)), height: Math.max(24, Math.round(picture.height * scale)) };
}

/** Whether the window shows so little of the whole that a map helps. */
export function needsMap(picture: Size, camera: Camera, window: Size): boolean {
  return picture.width * camera.scale > window.width * 1.05 || picture.height * camera.scale > window.height * 1.05;
}

/** The part of the map that the window shows. */
export function frameOf(map: MiniMap, camera: Camera, window: Size): { left: number; top: number; width: number; height: number } {
  const [left, right] = [(-camera.x / camera.scale) * map.scale, ((window.width - camera.x) / camera.scale) * map.scale];
  const [top, bottom] = [(-camera.y / camera.scale) * map.scale, ((window.height - camera.y) / camera.scale) * map.scale];
  const hold = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return {
    left: hold(left, map.width), top: hold(top, map.height),
    width: hold(right, map.width) - hold(left, map.width), height: hold(bottom, map.height) - hold(top, map.height),
  };
}

/** Draws all nodes as dots in the colours of their states. */
export function paintMap(canvas: HTMLCanvasElement, map: MiniMap, { scene, layout, figures, palette }: Pick<Picture, "scene" | "layout" | "figures"> & { palette: Palette }): void {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(map.width * ratio);
  canvas.height = Math.round(map.height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  scene.nodes.forEach((node, v) => {
    const state = figures[v]?.state ?? null;
    context.fillStyle = state === null ? palette.edge : palette.state[state];
    context.globalAlpha = state === null ? 0.5 : 1;
    const [width, height] = [Math.max(1.2, node.width * map.scale), Math.max(1.2, node.height * map.scale)];
    context.fillRect(layout.x[v]! * map.scale - width / 2, layout.y[v]! * map.scale - height / 2, width, height);
  });
}
