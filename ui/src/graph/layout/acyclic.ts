import { rowsBy, type Flat } from "./flat";

/**
 * Which edges to turn round so that no circle is left: those that lead back to a node on the way of a depth-first walk.
 * A pipeline has no circles, but its groups seen as nodes may have them.
 */
export function backEdges(graph: Pick<Flat, "count" | "from" | "to">): Uint8Array {
  const { count, from, to } = graph;
  const edges = Int32Array.from(from, (_, e) => e);
  const out = rowsBy(count, from, edges);
  const back = new Uint8Array(from.length);
  const state = new Uint8Array(count); // 1: on the way, 2: done
  const next = out.start.slice(0, count);
  for (const first of sourcesFirst(count, to)) {
    if (state[first]) continue;
    const way = [first];
    state[first] = 1;
    while (way.length) {
      const node = way[way.length - 1]!;
      if (next[node]! >= out.start[node + 1]!) {
        state[node] = 2;
        way.pop();
        continue;
      }
      const edge = out.item[next[node]!++]!;
      const target = to[edge]!;
      if (state[target] === 1) back[edge] = 1;
      else if (!state[target]) {
        state[target] = 1;
        way.push(target);
      }
    }
  }
  return back;
}

function sourcesFirst(count: number, to: Int32Array): number[] {
  const entered = new Uint8Array(count);
  for (const t of to) entered[t] = 1;
  const all = Array.from({ length: count }, (_, i) => i);
  return [...all.filter((i) => !entered[i]), ...all.filter((i) => entered[i])];
}
