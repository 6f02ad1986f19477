import { align, conflicts } from "./align";
import { compact } from "./compact";
import type { Layered } from "./layers";
import { ROOM } from "./plan";

/**
 * Middles of nodes and bends across the flow, from 0 (Brandes and Köpf: four ways of lining up, and between the two
 * middle ones for each node). Long edges come out straight, nodes stand in the middle of their neighbours.
 */
export function coordinates(graph: Layered): Float64Array {
  const place = new Int32Array(graph.count);
  for (const layer of graph.layers) layer.forEach((node, i) => (place[node] = i));
  const avoid = conflicts(graph, place);
  const ways = [
    way(graph, avoid, false, false), way(graph, avoid, false, true),
    way(graph, avoid, true, false), way(graph, avoid, true, true),
  ];
  level(ways, graph.across);
  const x = ways[0]!.map((_, v) => {
    const four = ways.map((w) => w[v]!).sort((a, b) => a - b);
    return (four[1]! + four[2]!) / 2;
  });
  const least = x.reduce((low, value, v) => Math.min(low, value - graph.across[v]! / 2), Infinity);
  return x.map((value) => value - least);
}

function way(graph: Layered, avoid: Set<number>, upwards: boolean, fromRight: boolean): Float64Array {
  let layers = upwards ? graph.layers.slice().reverse() : graph.layers;
  if (fromRight) layers = layers.map((layer) => layer.slice().reverse());
  const at = new Int32Array(graph.count);
  for (const layer of layers) layer.forEach((node, i) => (at[node] = i));
  const crosses = (near: number, node: number) =>
    avoid.size > 0 && avoid.has(upwards ? node * graph.count + near : near * graph.count + node);
  const root = align(layers, upwards ? graph.down : graph.up, at, crosses);
  const apart = (a: number, b: number) =>
    (graph.across[a]! + graph.across[b]!) / 2 + (a < graph.real && b < graph.real ? ROOM.between : ROOM.beside);
  const x = compact(layers, root, apart);
  return fromRight ? x.map((value) => -value) : x;
}

/** Moves the four onto the narrowest: those from the left by their left edge, those from the right by their right one. */
function level(ways: Float64Array[], across: Float32Array): void {
  const ends = ways.map((x) => {
    let [low, high] = [Infinity, -Infinity];
    x.forEach((value, v) => {
      low = Math.min(low, value - across[v]! / 2);
      high = Math.max(high, value + across[v]! / 2);
    });
    return { low, high };
  });
  const base = ends.reduce((a, b) => (b.high - b.low < a.high - a.low ? b : a));
  ways.forEach((x, i) => {
    const shift = i % 2 ? base.high - ends[i]!.high : base.low - ends[i]!.low;
    for (const v of x.keys()) x[v]! += shift;
  });
}
