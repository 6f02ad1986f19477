import { crossings } from "./crossings";
import type { Rows } from "./flat";
import type { Layered } from "./layers";
import { transpose } from "./transpose";

/** Rounds of sweeps by the number of nodes and bends: a fixed budget, so that the same input gives the same picture. */
function budget(count: number): { rounds: number; idle: number } {
  if (count < 800) return { rounds: 60, idle: 16 };
  if (count < 4_000) return { rounds: 36, idle: 12 };
  return count < 20_000 ? { rounds: 10, idle: 4 } : { rounds: 6, idle: 3 };
}

/**
 * Orders the nodes in their layers so that few links cross (Sugiyama's sweeps by barycentres, then swaps of
 * neighbours). Changes `graph.layers`; answers how many crossings are left.
 */
export function order(graph: Layered): number {
  const place = new Int32Array(graph.count);
  walkOrder(graph);
  settle(graph, place);
  let best = crossings(graph, place);
  let kept = graph.layers.map((layer) => layer.slice());
  const most = budget(graph.count);
  for (let round = 0, idle = 0; round < most.rounds && best > 0 && idle < most.idle; round++, idle++) {
    sweep(graph, place, round);
    while (transpose(graph, place, round % 2 === 1) > best * 0.01);
    const now = crossings(graph, place);
    if (now >= best) continue;
    [best, idle] = [now, -1];
    kept = graph.layers.map((layer) => layer.slice());
  }
  graph.layers = kept;
  settle(graph, place);
  return best > 0 ? finish(graph, place) : 0;
}

function finish(graph: Layered, place: Int32Array): number {
  for (let i = 0; i < 8 && transpose(graph, place, false); i++);
  return crossings(graph, place);
}

function settle(graph: Layered, place: Int32Array): void {
  for (const layer of graph.layers) for (let i = 0; i < layer.length; i++) place[layer[i]!] = i;
}

/** The first order: a depth-first walk, so that what belongs together begins together. */
function walkOrder(graph: Layered): void {
  const seen = new Uint8Array(graph.count);
  const rows: number[][] = graph.layers.map(() => []);
  for (const layer of graph.layers) {
    for (const first of layer) {
      if (seen[first]) continue;
      const stack = [first];
      while (stack.length) {
        const node = stack.pop()!;
        if (seen[node]) continue;
        seen[node] = 1;
        rows[graph.layer[node]!]!.push(node);
        for (let i = graph.down.start[node + 1]! - 1; i >= graph.down.start[node]!; i--) stack.push(graph.down.item[i]!);
      }
    }
  }
  graph.layers = rows.map((row) => Int32Array.from(row));
}

function sweep(graph: Layered, place: Int32Array, round: number): void {
  const last = graph.layers.length - 1;
  const turn = round % 4 >= 2;
  if (round % 2) for (let i = last - 1; i >= 0; i--) sortLayer(graph.layers[i]!, graph.down, place, turn);
  else for (let i = 1; i <= last; i++) sortLayer(graph.layers[i]!, graph.up, place, turn);
}

/** Sorts a layer by the mean place of neighbours; a node without any keeps its place. `turn` turns ties round. */
function sortLayer(layer: Int32Array, near: Rows, place: Int32Array, turn: boolean): void {
  const key = new Float64Array(layer.length);
  for (let i = 0; i < layer.length; i++) key[i] = middle(layer[i]!, near, place);
  const tie = turn ? -1 : 1;
  const sorted = Array.from(layer, (_, i) => i).sort((a, b) => key[a]! - key[b]! || tie * (a - b));
  const before = layer.slice();
  sorted.forEach((from, to) => {
    layer[to] = before[from]!;
    place[before[from]!] = to;
  });
}

function middle(node: number, near: Rows, place: Int32Array): number {
  const from = near.start[node]!;
  const to = near.start[node + 1]!;
  if (from === to) return place[node]!;
  let sum = 0;
  for (let i = from; i < to; i++) sum += place[near.item[i]!]!;
  return sum / (to - from);
}
