import type { Flat, Placed } from "./flat";
import { placeParts } from "./parts";
import { place } from "./place";
import { ROOM } from "./plan";

/**
 * A graph whose nodes may lie in groups, and groups in groups: `parent[g]` is the number of the group around group g, or
 * -1. `header` is the room for a group's name before what lies in it, in either direction.
 */
export interface Grouped extends Flat {
  group: Int32Array;
  groups: number;
  parent: Int32Array;
  header: { along: number; across: number };
  shape: number;
}

/** Nodes and routes as in `Placed`, and the box of each group: along and across of its first corner, then of its last. */
export interface PlacedGroups extends Placed {
  box: Float32Array;
}

/**
 * Lays out each group by itself, from the inside out, and each as a node among what it lies in. An edge over a group's
 * border goes through a gate, a node without size in a layer of its own at that border, so that it finds its way inside
 * as any edge does.
 */
export function placeGroups(graph: Grouped): PlacedGroups {
  if (!graph.groups) return { ...placeParts(graph, graph.shape), box: new Float32Array(0) };
  const nest = new Nest(graph);
  nest.whole.lay();
  return assemble(graph, nest);
}

type Gates = "gateIn" | "gateOut";

/** The whole and all groups in it, with each edge where it belongs. */
class Nest {
  readonly whole: Frame;
  private readonly frames: Frame[];

  constructor(readonly graph: Grouped) {
    this.whole = new Frame(graph, -1);
    this.frames = Array.from({ length: graph.groups }, (_, g) => new Frame(graph, g));
    this.frames.forEach((frame, g) => this.frame(graph.parent[g]!).take(frame));
    graph.group.forEach((g, v) => this.frame(g).leaves.push(v));
    this.whole.number();
    graph.from.forEach((a, e) => {
      const { leaving, at, entering } = this.way(a, graph.to[e]!);
      at.edges.push(e);
      for (const frame of entering) frame.open("gateIn", graph.to[e]!);
      for (const frame of leaving) frame.open("gateOut", a);
    });
  }

  /** The groups that an edge leaves, from the inside out; where its ends come together; those that it enters, from the outside in. */
  way(from: number, to: number): { leaving: Frame[]; at: Frame; entering: Frame[] } {
    const [leaving, entering] = [this.around(from), this.around(to)];
    let at = this.whole;
    while (leaving.length > 0 && leaving.at(-1) === entering.at(-1)) {
      at = leaving.pop()!;
      entering.pop();
    }
    return { leaving, at, entering: entering.reverse() };
  }

  /** All groups around a node, from the inside out. */
  private around(node: number): Frame[] {
    const found: Frame[] = [];
    for (let g = this.graph.group[node]!; g >= 0; g = this.graph.parent[g]!) found.push(this.frames[g]!);
    return found;
  }

  private frame(g: number): Frame {
    return this.frames[g] ?? this.whole;
  }
}

/** One group, or the whole: the groups and nodes that lie directly in it, and its gates. */
class Frame {
  readonly inner: Frame[] = [];
  readonly leaves: number[] = [];
  /** Those whose ends come together here. */
  readonly edges: number[] = [];
  readonly gateIn = new Map<number, number>();
  readonly gateOut = new Map<number, number>();
  placed!: Placed;
  along = 0;
  across = 0;
  /** Where what lies in it begins in the picture. */
  origin: readonly [number, number] = [0, 0];
  /** By node, also of inner groups: which of the things that lie directly in it holds it. */
  private readonly holder = new Map<number, number>();
  private readonly crossing: number[] = [];

  constructor(private readonly graph: Grouped, readonly group: number) {}

  take(frame: Frame): void {
    this.inner.push(frame);
  }

  /** Numbers what lies in it: groups first, then nodes. Answers all nodes in it. */
  number(): number[] {
    this.inner.forEach((frame, i) => frame.number().forEach((v) => this.holder.set(v, i)));
    this.leaves.forEach((v, i) => this.holder.set(v, this.inner.length + i));
    return [...this.holder.keys()];
  }

  open(gates: Gates, node: number): void {
    if (this[gates].has(node)) return;
    this[gates].set(node, this.size + this.crossing.length);
    this.crossing.push(gates === "gateIn" ? node : ~node);
  }

  lay(): void {
    for (const frame of this.inner) frame.lay();
    this.placed = this.crossing.length > 0 ? place(this.flat()) : placeParts(this.flat(), this.graph.shape);
    this.along = this.placed.length + 2 * ROOM.pad + this.graph.header.along;
    this.across = Math.max(this.placed.breadth, 60) + 2 * ROOM.pad + this.graph.header.across;
  }

  /** Where what lies in it begins, from the first corner of its box. */
  corner(): readonly [number, number] {
    return [ROOM.pad + this.graph.header.along, ROOM.pad + this.graph.header.across];
  }

  /** In the picture: the middle of a thing in it. */
  middle(item: number): readonly [number, number] {
    return [this.origin[0] + this.placed.along[item]!, this.origin[1] + this.placed.across[item]!];
  }

  /** In the picture: the way of one of its edges, or of a gate, which come after them in the order of the gates. */
  route(edge: number): number[] {
    return this.placed.routes[edge]!.map((value, i) => value + this.origin[i % 2 as 0 | 1]);
  }

  wayOfGate(gates: Gates, node: number): number[] {
    return this.route(this.edges.length + this[gates].get(node)! - this.size);
  }

  private get size(): number {
    return this.inner.length + this.leaves.length;
  }

  private flat(): Flat {
    const { graph, inner, leaves, edges, crossing } = this;
    const count = this.size + crossing.length;
    const sizes = (all: Float32Array, ofGroup: (frame: Frame) => number, gate: number) =>
      Float32Array.from([...inner.map(ofGroup), ...leaves.map((v) => all[v]!), ...crossing.map(() => gate)]);
    const ends = (all: Int32Array, enters: boolean) => Int32Array.from([
      ...edges.map((e) => this.holder.get(all[e]!)!),
      ...crossing.map((c, i) => (c >= 0 === enters ? this.holder.get(c >= 0 ? c : ~c)! : this.size + i)),
    ]);
    const ports = (all: Int32Array, gates: Gates) => Float32Array.from([
      ...edges.map((e) => this.port(all[e]!, gates)),
      ...crossing.map((c) => (c >= 0 === (gates === "gateIn") ? this.port(c >= 0 ? c : ~c, gates) : 0)),
    ]);
    return {
      count, along: sizes(graph.along, (frame) => frame.along, 0), across: sizes(graph.across, (frame) => frame.across, 1),
      from: ends(graph.from, false), to: ends(graph.to, true), leave: ports(graph.from, "gateOut"), enter: ports(graph.to, "gateIn"),
      pin: Uint8Array.from({ length: count }, (_, i) => (i < this.size ? 0 : crossing[i - this.size]! >= 0 ? 1 : 2)),
      gap: graph.gap,
    };
  }

  /** How far from the middle of what holds a node its edges leave or enter: at the gate, where that is a group. */
  private port(node: number, gates: Gates): number {
    const frame = this.inner[this.holder.get(node)!];
    return frame === undefined ? 0 : frame.corner()[1] + frame.placed.across[frame[gates].get(node)!]! - frame.across / 2;
  }
}

function assemble(graph: Grouped, nest: Nest): PlacedGroups {
  const { placed } = nest.whole;
  const made: PlacedGroups = {
    along: new Float32Array(graph.count), across: new Float32Array(graph.count), layer: new Int32Array(graph.count),
    length: placed.length, breadth: placed.breadth, routes: new Array<number[]>(graph.from.length), box: new Float32Array(4 * graph.groups),
  };
  stand(nest.whole, made);
  const routes = new Map<Frame, Map<number, number>>();
  graph.from.forEach((a, e) => {
    const { leaving, at, entering } = nest.way(a, graph.to[e]!);
    if (!routes.has(at)) routes.set(at, new Map(at.edges.map((edge, i) => [edge, i])));
    const out = leaving.flatMap((frame) => frame.wayOfGate("gateOut", a));
    const into = entering.flatMap((frame) => frame.wayOfGate("gateIn", graph.to[e]!));
    made.routes[e] = [...out, ...untwisted(at.route(routes.get(at)!.get(e)!), out, into), ...into];
  });
  return made;
}

/** Puts what lies in a frame to its place in the picture. */
function stand(frame: Frame, made: PlacedGroups): void {
  frame.inner.forEach((inner, i) => {
    const [along, across] = frame.middle(i);
    const [first, beside] = [along - inner.along / 2, across - inner.across / 2];
    made.box.set([first, beside, first + inner.along, beside + inner.across], 4 * inner.group);
    const [inAlong, inAcross] = inner.corner();
    inner.origin = [first + inAlong, beside + inAcross];
    stand(inner, made);
  });
  frame.leaves.forEach((v, i) => {
    const item = frame.inner.length + i;
    [made.along[v], made.across[v]] = frame.middle(item);
    made.layer[v] = frame.placed.layer[item]!;
  });
}

/** An edge against the flow leaves a group where others enter it: lead it from gate to gate directly. */
function untwisted(between: number[], leaving: number[], entering: number[]): number[] {
  if (between[0]! <= between[between.length - 2]! || !(leaving.length || entering.length)) return between;
  const first = leaving.length ? leaving.slice(-2) : between.slice(0, 2);
  const last = entering.length ? entering.slice(0, 2) : between.slice(-2);
  return [...first, ...last];
}
