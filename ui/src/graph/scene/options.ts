import type { Direction } from "../layout/plan";

/** By what tasks are put together in boxes: their namespace (else the part of their name before the last dot), the layer of what they make, or their first tag. */
export type GroupBy = "none" | "namespace" | "layer" | "tag";

/** What of a graph is drawn. All of it is structure: none of it follows the state of a run. */
export interface SceneOptions {
  /** Null where nobody has chosen one: as most of it can be seen. */
  direction: Direction | null;
  groupBy: GroupBy;
  /** Keys of groups that are drawn as one node. */
  folded: ReadonlySet<string>;
  datasets: boolean;
  params: boolean;
}

export const PLAIN: SceneOptions = { direction: "right", groupBy: "none", folded: new Set(), datasets: true, params: false };
