import { rowsBy, type Rows } from "./flat";
import { topological } from "./rank";
import type { Blocks } from "./align";

/** Room that two neighbours in a layer need from middle to middle. */
export type Apart = (left: number, right: number) => number;

/** Puts blocks as far left as they can stand, then each as far right as its right neighbours let it: short and close. */
export function compact(layers: Int32Array[], root: Blocks, apart: Apart): Float64Array {
  const { left, right, room } = neighbours(layers, root, apart);
  const links = Int32Array.from(left, (_, i) => i);
  const out = rowsBy(root.length, left, links);
  const into = rowsBy(root.length, right, links);
  const order = topological(root.length, rowsBy(root.length, left, right), rowsBy(root.length, right, left));
  const x = new Float64Array(root.length);
  for (const block of order) x[block] = furthest(block, into, (i) => x[left[i]!]! + room[i]!, 0);
  for (let k = order.length - 1; k >= 0; k--) {
    const block = order[k]!;
    if (out.start[block] === out.start[block + 1]) continue;
    const most = -furthest(block, out, (i) => -(x[right[i]!]! - room[i]!), -Infinity);
    x[block] = Math.max(x[block]!, most);
  }
  return x.map((_, v) => x[root[v]!]!);
}

function furthest(block: number, rows: Rows, at: (link: number) => number, start: number): number {
  let best = start;
  for (let i = rows.start[block]!; i < rows.start[block + 1]!; i++) best = Math.max(best, at(rows.item[i]!));
  return best;
}

function neighbours(layers: Int32Array[], root: Blocks, apart: Apart) {
  const [left, right, room]: [number[], number[], number[]] = [[], [], []];
  for (const layer of layers) {
    for (let i = 1; i < layer.length; i++) {
      left.push(root[layer[i - 1]!]!);
      right.push(root[layer[i]!]!);
      room.push(apart(layer[i - 1]!, layer[i]!));
    }
  }
  return { left: Int32Array.from(left), right: Int32Array.from(right), room };
}
