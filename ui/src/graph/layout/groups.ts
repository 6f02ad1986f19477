import type { Flat, Placed } from "./flat";
import { placeParts } from "./parts";
import { place } from "./place";
import { ROOM } from "./plan";

/** A graph whose nodes may lie in groups; `header` is the room for a group's name before its nodes, in either direction. */
export interface Grouped extends Flat {
  group: Int32Array;
  groups: number;
  header: { along: number; across: number };
  shape: number;
}

/** Nodes and routes as in `Placed`, and the box of each group: along and across of its first corner, then of its last. */
export interface PlacedGroups extends Placed {
  box: Float32Array;
}

/**
 * Lays out each group by itself, then the groups as nodes among the rest. An edge over a group's border goes through a
 * gate, a node without size in a layer of its own at that border, so that it finds its way inside as any edge does.
 */
export function placeGroups(graph: Grouped): PlacedGroups {
  if (!graph.groups) return { ...placeParts(graph, graph.shape), box: new Float32Array(0) };
  const inner = Array.from({ length: graph.groups }, (_, g) => new Inner(graph, g));
  const outer = new Outer(graph, inner);
  return outer.assemble();
}

/** One group: its nodes and gates, laid out. */
class Inner {
  readonly nodes: number[] = [];
  readonly edges: number[] = [];
  readonly gateIn = new Map<number, number>();
  readonly gateOut = new Map<number, number>();
  readonly number = new Map<number, number>();
  readonly placed: Placed;
  readonly along: number;
  readonly across: number;
  private readonly crossing: number[] = [];

  constructor(private readonly graph: Grouped, readonly group: number) {
    graph.group.forEach((g, v) => {
      if (g === group) this.number.set(v, this.nodes.push(v) - 1);
    });
    this.takeEdges();
    this.placed = this.crossing.length ? place(this.flat()) : placeParts(this.flat(), graph.shape);
    this.along = this.placed.length + 2 * ROOM.pad + graph.header.along;
    this.across = Math.max(this.placed.breadth, 60) + 2 * ROOM.pad + graph.header.across;
  }

  /** Where a gate stands, from the box's first corner. */
  gate(index: number): [number, number] {
    const [along, across] = this.corner();
    return [along + this.placed.along[index]!, across + this.placed.across[index]!];
  }

  /** Where the nodes begin, from the box's first corner. */
  corner(): [number, number] {
    return [ROOM.pad + this.graph.header.along, ROOM.pad + this.graph.header.across];
  }

  /** Edges of gates come after the group's own, in the order of the gates. */
  routeOfGate(gate: number): number {
    return this.edges.length + gate - this.nodes.length;
  }

  private takeEdges(): void {
    const { from, to } = this.graph;
    from.forEach((a, e) => {
      const [leaves, enters] = [this.number.has(a), this.number.has(to[e]!)];
      if (leaves && enters) this.edges.push(e);
      else if (enters) this.open(this.gateIn, to[e]!);
      else if (leaves) this.open(this.gateOut, a);
    });
  }

  private open(gates: Map<number, number>, node: number): void {
    if (gates.has(node)) return;
    gates.set(node, this.nodes.length + this.crossing.length);
    this.crossing.push(gates === this.gateIn ? node : ~node);
  }

  private flat(): Flat {
    const { graph, nodes, edges, number, crossing } = this;
    const count = nodes.length + crossing.length;
    const sizes = (all: Float32Array, gate: number) => Float32Array.from({ length: count }, (_, i) => (i < nodes.length ? all[nodes[i]!]! : gate));
    const ends = (inside: Int32Array, enters: boolean) =>
      Int32Array.from([
        ...edges.map((e) => number.get(inside[e]!)!),
        ...crossing.map((c, i) => ((c >= 0) === enters ? number.get(c >= 0 ? c : ~c)! : nodes.length + i)),
      ]);
    const none = new Float32Array(edges.length + crossing.length);
    return {
      count, along: sizes(graph.along, 0), across: sizes(graph.across, 1), from: ends(graph.from, false), to: ends(graph.to, true),
      leave: none, enter: none,
      pin: Uint8Array.from({ length: count }, (_, i) => (i < nodes.length ? 0 : crossing[i - nodes.length]! >= 0 ? 1 : 2)),
    };
  }
}

/** The rest of the graph, with each group as a node. */
class Outer {
  private readonly free: number[] = [];
  private readonly number = new Map<number, number>();
  private readonly edges: number[] = [];
  private readonly placed: Placed;

  constructor(private readonly graph: Grouped, private readonly inner: Inner[]) {
    graph.group.forEach((g, v) => {
      if (g < 0) this.number.set(v, inner.length + this.free.push(v) - 1);
    });
    graph.from.forEach((a, e) => {
      const [x, y] = [graph.group[a]!, graph.group[graph.to[e]!]!];
      if (x < 0 || x !== y) this.edges.push(e);
    });
    this.placed = placeParts(this.flat(), graph.shape);
  }

  assemble(): PlacedGroups {
    const { graph, placed } = this;
    const whole: PlacedGroups = {
      along: new Float32Array(graph.count), across: new Float32Array(graph.count), layer: new Int32Array(graph.count),
      length: placed.length, breadth: placed.breadth, routes: new Array<number[]>(graph.from.length), box: new Float32Array(4 * graph.groups),
    };
    this.free.forEach((v, i) => this.set(whole, v, placed, this.inner.length + i, 0, 0));
    this.inner.forEach((inner) => this.setInner(whole, inner));
    this.edges.forEach((e, i) => (whole.routes[e] = this.routeOf(e, placed.routes[i]!)));
    return whole;
  }

  private flat(): Flat {
    const { graph, inner, free, edges } = this;
    const sizes = (all: Float32Array, ofGroup: (i: Inner) => number) => Float32Array.from([...inner.map(ofGroup), ...free.map((v) => all[v]!)]);
    const node = (v: number) => (graph.group[v]! >= 0 ? graph.group[v]! : this.number.get(v)!);
    const offset = (v: number, gates: "gateIn" | "gateOut") => {
      const group = inner[graph.group[v]!];
      return group ? group.gate(group[gates].get(v)!)[1] - group.across / 2 : 0;
    };
    const count = inner.length + free.length;
    return {
      count, along: sizes(graph.along, (i) => i.along), across: sizes(graph.across, (i) => i.across),
      from: Int32Array.from(edges, (e) => node(graph.from[e]!)), to: Int32Array.from(edges, (e) => node(graph.to[e]!)),
      leave: Float32Array.from(edges, (e) => offset(graph.from[e]!, "gateOut")),
      enter: Float32Array.from(edges, (e) => offset(graph.to[e]!, "gateIn")),
      pin: new Uint8Array(count),
    };
  }

  private set(whole: Placed, v: number, from: Placed, i: number, along: number, across: number): void {
    whole.along[v] = from.along[i]! + along;
    whole.across[v] = from.across[i]! + across;
    whole.layer[v] = from.layer[i]!;
  }

  private setInner(whole: PlacedGroups, inner: Inner): void {
    const [along, across] = this.cornerOf(inner);
    const [inAlong, inAcross] = inner.corner();
    whole.box.set([along, across, along + inner.along, across + inner.across], 4 * inner.group);
    inner.nodes.forEach((v, i) => this.set(whole, v, inner.placed, i, along + inAlong, across + inAcross));
    inner.edges.forEach((e, i) => (whole.routes[e] = shifted(inner.placed.routes[i]!, along + inAlong, across + inAcross)));
  }

  private cornerOf(inner: Inner): [number, number] {
    return [this.placed.along[inner.group]! - inner.along / 2, this.placed.across[inner.group]! - inner.across / 2];
  }

  /** The way inside of the first group, between, inside of the last one. */
  private routeOf(edge: number, between: number[]): number[] {
    const [from, to] = [this.graph.from[edge]!, this.graph.to[edge]!];
    const leaving = this.inside(from, "gateOut");
    const entering = this.inside(to, "gateIn");
    return [...leaving, ...this.untwisted(between, leaving, entering), ...entering];
  }

  /** An edge against the flow leaves a group where others enter it: lead it from gate to gate directly. */
  private untwisted(between: number[], leaving: number[], entering: number[]): number[] {
    if (between[0]! <= between[between.length - 2]! || !(leaving.length || entering.length)) return between;
    const first = leaving.length ? leaving.slice(-2) : between.slice(0, 2);
    const last = entering.length ? entering.slice(0, 2) : between.slice(-2);
    return [...first, ...last];
  }

  private inside(node: number, gates: "gateIn" | "gateOut"): number[] {
    const inner = this.inner[this.graph.group[node]!];
    if (!inner) return [];
    const [along, across] = this.cornerOf(inner);
    const [inAlong, inAcross] = inner.corner();
    return shifted(inner.placed.routes[inner.routeOfGate(inner[gates].get(node)!)]!, along + inAlong, across + inAcross);
  }
}

function shifted(route: number[], along: number, across: number): number[] {
  return route.map((value, i) => value + (i % 2 ? across : along));
}
