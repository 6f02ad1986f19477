// A flat graph on its way to a layout: `along` is the extent in the direction of the flow, `across` beside it.

/** A graph without groups. `port` tells edges of one node apart that leave at other places; they share no path. */
export interface Flat {
  count: number;
  along: Float32Array;
  across: Float32Array;
  from: Int32Array;
  to: Int32Array;
  /** Offset from the node's middle, across the flow, where an edge leaves or enters. */
  leave: Float32Array;
  enter: Float32Array;
  /** 1: in the first layer, alone with its like; 2: in the last. */
  pin: Uint8Array;
  /** Least room between two layers, in pixels. */
  gap: number;
}

/** Where a flat graph's nodes and edges went: middles, and routes as in `Layout` but (along, across) in turn. */
export interface Placed {
  along: Float32Array;
  across: Float32Array;
  layer: Int32Array;
  length: number;
  breadth: number;
  routes: number[][];
}

/** Rows of numbers, one after the other: row i is `item[start[i]]` to `item[start[i + 1]]`. */
export interface Rows {
  start: Int32Array;
  item: Int32Array;
}

/** Groups `value[i]` by `key[i]` (0 to count - 1), in order. */
export function rowsBy(count: number, key: Int32Array, value: Int32Array): Rows {
  const start = new Int32Array(count + 1);
  for (const k of key) start[k + 1]!++;
  for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const item = new Int32Array(key.length);
  for (let i = 0; i < key.length; i++) item[next[key[i]!]!++] = value[i]!;
  return { start, item };
}
