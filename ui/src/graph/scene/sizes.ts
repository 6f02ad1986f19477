import { textWidth } from "./measure";
import type { SceneNode } from "./scene";

/** Sizes in pixels at a scale of 1, the same for layout and drawing. */
export const SIZE = {
  task: { height: 46, least: 172, most: 252, left: 34, right: 12 },
  group: { height: 54, least: 176, most: 264, left: 34, right: 30 },
  dataset: { height: 36, least: 156, most: 220, left: 30, right: 16 },
  param: { height: 26, least: 48, most: 180, left: 22, right: 12 },
  title: 12.5,
  line: 11,
} as const;

/** How large a node is: by what is written on it without a run, with room for what a run says. */
export function boxOf(node: Pick<SceneNode, "kind" | "title" | "note">): { width: number; height: number } {
  const { height, least, most, left, right } = SIZE[node.kind];
  const text = Math.max(textWidth(node.title, SIZE.title) * 1.04, textWidth(node.note, SIZE.line));
  return { width: Math.round(Math.min(most, Math.max(least, text + left + right))), height };
}
