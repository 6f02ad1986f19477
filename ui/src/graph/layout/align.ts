import type { Rows } from "./flat";
import type { Layered } from "./layers";

/** Nodes in blocks that stand in one line: `root[v]` names the block of v. */
export type Blocks = Int32Array;

/**
 * Links that must not be drawn straight because they cross a long edge, which should be (Brandes and Köpf, "Fast and
 * simple horizontal coordinate assignment", type 1 conflicts). Keys are upper * count + lower.
 */
export function conflicts(graph: Layered, place: Int32Array): Set<number> {
  const found = new Set<number>();
  for (let i = 1; i + 1 < graph.layers.length; i++) scan(graph, i, place, found);
  return found;
}

function scan(graph: Layered, i: number, place: Int32Array, found: Set<number>): void {
  const upperSize = graph.layers[i]!.length;
  const lower = graph.layers[i + 1]!;
  let left = 0;
  let first = 0;
  lower.forEach((node, at) => {
    const inner = innerUpper(graph, node);
    if (inner < 0 && at < lower.length - 1) return;
    const right = inner < 0 ? upperSize - 1 : place[inner]!;
    for (; first <= at; first++) mark(graph, lower[first]!, left, right, place, found);
    left = right;
  });
}

function mark(graph: Layered, node: number, left: number, right: number, place: Int32Array, found: Set<number>): void {
  for (let i = graph.up.start[node]!; i < graph.up.start[node + 1]!; i++) {
    const upper = graph.up.item[i]!;
    const inner = upper >= graph.real && node >= graph.real;
    if (!inner && (place[upper]! < left || place[upper]! > right)) found.add(upper * graph.count + node);
  }
}

/** The bend above a bend, or -1. */
function innerUpper(graph: Layered, node: number): number {
  if (node < graph.real) return -1;
  const upper = graph.up.item[graph.up.start[node]!]!;
  return upper >= graph.real ? upper : -1;
}

/** Lines each node up with a median neighbour of the layer before, going through `layers` in the order given. */
export function align(layers: Int32Array[], near: Rows, place: Int32Array, avoid: (near: number, node: number) => boolean): Blocks {
  const count = place.length;
  const root = Int32Array.from({ length: count }, (_, v) => v);
  const next = root.slice();
  for (const layer of layers.slice(1)) {
    let reached = -1;
    for (const node of layer) {
      const beside = Array.from(near.item.subarray(near.start[node]!, near.start[node + 1]!)).sort((a, b) => place[a]! - place[b]!);
      const half = (beside.length - 1) / 2;
      for (let m = Math.floor(half); m <= Math.ceil(half) && m >= 0; m++) {
        const other = beside[m]!;
        if (next[node] !== node || reached >= place[other]! || avoid(other, node)) continue;
        next[other] = node;
        root[node] = root[other]!;
        next[node] = root[node]!;
        reached = place[other]!;
      }
    }
  }
  return root;
}
