import type { Rows } from "./flat";
import type { Layered } from "./layers";

/**
 * Swaps neighbours in all layers wherever fewer links cross then; with `level` also where it makes no difference, which
 * frees others. Answers how many crossings went.
 */
export function transpose(graph: Layered, place: Int32Array, level: boolean): number {
  let gained = 0;
  for (const layer of graph.layers) {
    for (let i = 0; i + 1 < layer.length; i++) {
      const [a, b] = [layer[i]!, layer[i + 1]!];
      const gain = gainOf(a, b, graph.up, place) + gainOf(a, b, graph.down, place);
      if (gain < 0 || (gain === 0 && !level)) continue;
      layer[i] = b;
      layer[i + 1] = a;
      place[a] = i + 1;
      place[b] = i;
      gained += gain;
    }
  }
  return gained;
}

/** Pairs of neighbours that are looked at for one swap; two stars side by side would take all the time. */
const MOST = 4_000;

/** Crossings that go when b stands before a: pairs of their neighbours that cross now, less those that would. */
function gainOf(a: number, b: number, near: Rows, place: Int32Array): number {
  const [aFrom, aTo, bFrom, bTo] = [near.start[a]!, near.start[a + 1]!, near.start[b]!, near.start[b + 1]!];
  if ((aTo - aFrom) * (bTo - bFrom) > MOST) return 0;
  let gain = 0;
  for (let i = aFrom; i < aTo; i++) {
    const mine = place[near.item[i]!]!;
    for (let k = bFrom; k < bTo; k++) {
      const other = place[near.item[k]!]!;
      if (mine > other) gain++;
      else if (mine < other) gain--;
    }
  }
  return gain;
}
