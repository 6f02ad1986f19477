import { rowsBy, type Flat, type Rows } from "./flat";

/**
 * The graph in layers: every link leads from one layer to the next. An edge over several layers goes through bends,
 * nodes of no size. Edges that leave one node at one place share their bends, as one river before it parts: fewer
 * crossings, fewer lines, less to compute.
 */
export interface Layered {
  count: number;
  real: number;
  layer: Int32Array;
  layers: Int32Array[];
  across: Float32Array;
  down: Rows;
  up: Rows;
  /** Bends of each edge, from its first end to its last. */
  bends: Int32Array[];
}

export function inLayers(graph: Flat, layer: Int32Array): Layered {
  const river = new Rivers(graph, layer);
  const bends = Array.from(graph.from, (_, edge) => river.bendsOf(edge));
  const count = graph.count + river.layerOfBend.length;
  const full = new Int32Array(count);
  full.set(layer);
  full.set(river.layerOfBend, graph.count);
  const across = new Float32Array(count);
  across.set(graph.across);
  const upper = Int32Array.from(river.linkFrom);
  const lower = Int32Array.from(river.linkTo);
  return {
    count, real: graph.count, layer: full, layers: byLayer(full), across,
    down: rowsBy(count, upper, lower), up: rowsBy(count, lower, upper), bends,
  };
}

class Rivers {
  readonly layerOfBend: number[] = [];
  readonly linkFrom: number[] = [];
  readonly linkTo: number[] = [];
  private readonly chains = new Map<string, number[]>();
  private readonly links = new Set<number>();

  constructor(private readonly graph: Flat, private readonly layer: Int32Array) {}

  bendsOf(edge: number): Int32Array {
    const from = this.graph.from[edge]!;
    const to = this.graph.to[edge]!;
    const length = this.layer[to]! - this.layer[from]! - 1;
    const chain = this.chain(from, this.graph.leave[edge]!);
    while (chain.length < length) this.grow(chain, from);
    this.link(length ? chain[length - 1]! : from, to);
    return Int32Array.from(chain.slice(0, length));
  }

  private chain(from: number, port: number): number[] {
    const key = `${from}:${port}`;
    let chain = this.chains.get(key);
    if (!chain) this.chains.set(key, (chain = []));
    return chain;
  }

  private grow(chain: number[], from: number): void {
    const bend = this.graph.count + this.layerOfBend.length;
    this.layerOfBend.push(this.layer[from]! + chain.length + 1);
    this.link(chain.length ? chain[chain.length - 1]! : from, bend);
    chain.push(bend);
  }

  private link(upper: number, lower: number): void {
    const key = upper * 4_194_304 + lower; // below 2^53 for graphs of four million nodes and bends
    if (this.links.has(key)) return;
    this.links.add(key);
    this.linkFrom.push(upper);
    this.linkTo.push(lower);
  }
}

function byLayer(layer: Int32Array): Int32Array[] {
  let last = -1;
  for (const value of layer) last = Math.max(last, value);
  const rows: number[][] = Array.from({ length: last + 1 }, () => []);
  layer.forEach((value, node) => rows[value]!.push(node));
  return rows.map((row) => Int32Array.from(row));
}
