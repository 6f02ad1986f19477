// What a layout is asked and what it answers. Typed arrays: they go to the worker and back without being copied.

/** Where the flow goes: to the right or down. */
export type Direction = "right" | "down";

/** A graph to lay out. Sizes in pixels; `group[i]` is the number of the innermost group around node i, or -1; `parent[g]` that of the group around group g, or -1. */
export interface LayoutPlan {
  direction: Direction;
  width: Float32Array;
  height: Float32Array;
  group: Int32Array;
  groups: number;
  parent: Int32Array;
  source: Int32Array;
  target: Int32Array;
}

/**
 * Where everything stands, in pixels from the top left corner. `x`, `y` are centres.
 *
 * `points` holds the routes of all edges, x and y in turn, edge e from `offset[e]` to `offset[e + 1]` (counted in points).
 * A route has an even number of points: a curve leads from point 2k to 2k+1, a straight line from 2k+1 to 2k+2.
 * `box` is left, top, right, bottom of each group.
 */
export interface Layout {
  width: number;
  height: number;
  x: Float32Array;
  y: Float32Array;
  layer: Int32Array;
  box: Float32Array;
  points: Float32Array;
  offset: Int32Array;
}

/** Room between things, in pixels. `layers`, `rows`: from one layer to the next, to the right and down, where what is written takes less of it. `gate`: from a group's border to its first nodes, where edges cross it. `header` is the strip of a group's box that holds its name. */
export const ROOM = { between: 18, beside: 8, layers: 44, rows: 32, gate: 16, steep: 0.1, most: 150, pad: 14, header: 24, parts: 40 } as const;
