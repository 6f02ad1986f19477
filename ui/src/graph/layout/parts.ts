import type { Flat, Placed } from "./flat";
import { place } from "./place";
import { ROOM } from "./plan";

/**
 * Lays out each connected part by itself, and the parts in shelves: many loose nodes make a block, not a line. Its
 * length is about `shape` times its breadth.
 */
export function placeParts(graph: Flat, shape: number): Placed {
  const parts = partsOf(graph);
  if (parts.length <= 1) return place(graph);
  const placed = parts.map((part) => ({ part, at: place(cut(graph, part)) }));
  return shelve(graph, placed, shape);
}

interface Part {
  nodes: number[];
  edges: number[];
}

/** Connected parts, the largest first, then in the order of their first nodes. */
function partsOf(graph: Flat): Part[] {
  const head = Int32Array.from({ length: graph.count }, (_, i) => i);
  const find = (v: number): number => {
    while (head[v] !== v) v = head[v] = head[head[v]!]!;
    return v;
  };
  graph.from.forEach((from, e) => {
    const [a, b] = [find(from), find(graph.to[e]!)];
    head[Math.max(a, b)] = Math.min(a, b);
  });
  const parts = new Map<number, Part>();
  for (let v = 0; v < graph.count; v++) {
    const key = find(v);
    if (!parts.has(key)) parts.set(key, { nodes: [], edges: [] });
    parts.get(key)!.nodes.push(v);
  }
  graph.from.forEach((from, e) => parts.get(find(from))!.edges.push(e));
  return [...parts.values()].sort((a, b) => b.nodes.length - a.nodes.length || a.nodes[0]! - b.nodes[0]!);
}

function cut(graph: Flat, part: Part): Flat {
  const number = new Map(part.nodes.map((v, i) => [v, i]));
  const floats = (all: Float32Array, which: number[]) => Float32Array.from(which, (i) => all[i]!);
  const ends = (all: Int32Array) => Int32Array.from(part.edges, (e) => number.get(all[e]!)!);
  return {
    count: part.nodes.length, along: floats(graph.along, part.nodes), across: floats(graph.across, part.nodes),
    from: ends(graph.from), to: ends(graph.to), leave: floats(graph.leave, part.edges), enter: floats(graph.enter, part.edges),
    pin: Uint8Array.from(part.nodes, (v) => graph.pin[v]!), gap: graph.gap,
  };
}

function shelve(graph: Flat, placed: { part: Part; at: Placed }[], shape: number): Placed {
  const whole: Placed = {
    along: new Float32Array(graph.count), across: new Float32Array(graph.count), layer: new Int32Array(graph.count),
    length: 0, breadth: 0, routes: new Array<number[]>(graph.from.length),
  };
  const surface = placed.reduce((sum, { at }) => sum + (at.length + ROOM.between) * (at.breadth + ROOM.between), 0);
  const limit = Math.max(Math.sqrt(surface * shape), ...placed.map(({ at }) => at.length));
  let [along, across, tall] = [0, 0, 0];
  for (const { part, at } of placed) {
    if (along > 0 && along + at.length > limit) [along, across, tall] = [0, across + tall + gapAfter(tall), 0];
    move(whole, part, at, along, across);
    along += at.length + ROOM.parts;
    tall = Math.max(tall, at.breadth);
  }
  return whole;
}

function gapAfter(breadth: number): number {
  return breadth > 100 ? ROOM.parts : ROOM.between;
}

function move(whole: Placed, part: Part, at: Placed, along: number, across: number): void {
  part.nodes.forEach((v, i) => {
    whole.along[v] = at.along[i]! + along;
    whole.across[v] = at.across[i]! + across;
    whole.layer[v] = at.layer[i]!;
  });
  part.edges.forEach((e, i) => {
    whole.routes[e] = at.routes[i]!.map((value, k) => value + (k % 2 ? across : along));
  });
  whole.length = Math.max(whole.length, along + at.length);
  whole.breadth = Math.max(whole.breadth, across + at.breadth);
}
