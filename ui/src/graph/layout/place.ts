import { backEdges } from "./acyclic";
import { coordinates } from "./coordinates";
import type { Flat, Placed } from "./flat";
import { inLayers, type Layered } from "./layers";
import { order } from "./order";
import { ROOM } from "./plan";
import { rank } from "./rank";

/** Lays out a flat graph as one: layers, order, coordinates, routes. */
export function place(graph: Flat): Placed {
  const back = backEdges(graph);
  const forward = turned(graph, back);
  const layered = inLayers(forward, rank(forward));
  order(layered);
  const across = coordinates(layered);
  const strips = stripsOf(layered, graph, across);
  const routes = layered.bends.map((bends, edge) => {
    const route = routeOf(forward, layered, strips, across, bends, edge);
    return back[edge] ? backwards(route) : route;
  });
  const along = Float32Array.from(graph.along, (_, v) => strips.middle[layered.layer[v]!]!);
  return {
    along, across: Float32Array.from(across.subarray(0, graph.count)), layer: layered.layer.slice(0, graph.count),
    length: strips.end, breadth: breadthOf(layered, across), routes,
  };
}

function turned(graph: Flat, back: Uint8Array): Flat {
  if (!back.includes(1)) return graph;
  const pick = <T extends Int32Array | Float32Array>(ahead: T, behind: T): T =>
    ahead.map((value, e) => (back[e] ? behind[e]! : value)) as T;
  return {
    ...graph, from: pick(graph.from, graph.to), to: pick(graph.to, graph.from),
    leave: pick(graph.leave, graph.enter), enter: pick(graph.enter, graph.leave),
  };
}

interface Strips {
  middle: number[];
  half: number[];
  end: number;
}

/** Where each layer lies. Layers whose links go far across get more room between them, so that curves stay gentle. */
function stripsOf(graph: Layered, flat: Flat, across: Float64Array): Strips {
  const half = graph.layers.map((layer) => layer.reduce((most, v) => Math.max(most, v < graph.real ? flat.along[v]! / 2 : 0), 0));
  const middle: number[] = [];
  let at = 0;
  graph.layers.forEach((layer, i) => {
    middle.push(at + half[i]!);
    at += 2 * half[i]!;
    const next = graph.layers[i + 1];
    if (next !== undefined) at += Math.min(ROOM.most, (isGates(flat, layer) || isGates(flat, next) ? ROOM.gate : flat.gap) + ROOM.steep * steepest(graph, layer, across));
  });
  return { middle, half, end: at };
}

/** Whether nothing but gates stands in a layer. */
function isGates(flat: Flat, layer: Int32Array): boolean {
  return layer.every((v) => flat.pin[v]);
}

function steepest(graph: Layered, layer: Int32Array, across: Float64Array): number {
  let most = 0;
  for (const v of layer) {
    for (let i = graph.down.start[v]!; i < graph.down.start[v + 1]!; i++) {
      most = Math.max(most, Math.abs(across[v]! - across[graph.down.item[i]!]!));
    }
  }
  return most;
}

function routeOf(graph: Flat, layered: Layered, strips: Strips, across: Float64Array, bends: Int32Array, edge: number): number[] {
  const from = graph.from[edge]!;
  const to = graph.to[edge]!;
  const middle = (v: number) => strips.middle[layered.layer[v]!]!;
  const route = [middle(from) + graph.along[from]! / 2, across[from]! + graph.leave[edge]!];
  for (const bend of bends) {
    const half = strips.half[layered.layer[bend]!]!;
    route.push(middle(bend) - half, across[bend]!, middle(bend) + half, across[bend]!);
  }
  route.push(middle(to) - graph.along[to]! / 2, across[to]! + graph.enter[edge]!);
  return route;
}

function backwards(route: number[]): number[] {
  const turned: number[] = [];
  for (let i = route.length - 2; i >= 0; i -= 2) turned.push(route[i]!, route[i + 1]!);
  return turned;
}

function breadthOf(graph: Layered, across: Float64Array): number {
  return across.reduce((most, value, v) => Math.max(most, value + graph.across[v]! / 2), 0);
}
