import { describe, expect, it, vi } from "vitest";
import { crossings } from "./crossings";
import { inLayers } from "./layers";
import { layOut } from "./layout";
import { order } from "./order";
import { ROOM, type Layout, type LayoutPlan } from "./plan";
import { rank } from "./rank";
import { chance, samplePlan } from "./sample";
import { transpose } from "./transpose";

// Each looks once at all links; how often that is done is the work of a layout, on any machine.
vi.mock("./transpose", async (real) => ({ transpose: vi.fn((await real<{ transpose: typeof transpose }>()).transpose) }));
vi.mock("./crossings", async (real) => ({ crossings: vi.fn((await real<{ crossings: typeof crossings }>()).crossings) }));

/** How often a layout looked at all links. */
function looks(plan: LayoutPlan): number {
  vi.mocked(transpose).mockClear();
  vi.mocked(crossings).mockClear();
  layOut(plan);
  return vi.mocked(transpose).mock.calls.length + vi.mocked(crossings).mock.calls.length;
}

const flatOf = (plan: LayoutPlan) => ({
  count: plan.width.length, along: plan.width, across: plan.height, from: plan.source, to: plan.target,
  leave: new Float32Array(plan.source.length), enter: new Float32Array(plan.source.length), pin: new Uint8Array(plan.width.length), gap: ROOM.layers,
});

/** A plan by chance: sizes, edges in any direction (circles too), groups, also in groups. */
function wild(seed: number): LayoutPlan {
  const next = chance(seed);
  const count = 1 + Math.floor(next() * 40);
  const groups = Math.floor(next() * 6);
  const ends: [number, number][] = [];
  for (let i = Math.floor(next() * count * 2); i > 0; i--) {
    const [a, b] = [Math.floor(next() * count), Math.floor(next() * count)];
    if (a !== b) ends.push([a, b]);
  }
  return {
    direction: next() < 0.5 ? "right" : "down", groups,
    width: Float32Array.from({ length: count }, () => 20 + Math.floor(next() * 300)),
    height: Float32Array.from({ length: count }, () => 20 + Math.floor(next() * 60)),
    group: Int32Array.from({ length: count }, () => (groups ? Math.floor(next() * (groups + 1)) - 1 : -1)),
    parent: Int32Array.from({ length: groups }, (_, g) => Math.floor(next() * (g + 1)) - 1),
    source: Int32Array.from(ends, ([a]) => a), target: Int32Array.from(ends, ([, b]) => b),
  };
}

const rect = (plan: LayoutPlan, at: Layout, v: number) => ({
  left: at.x[v]! - plan.width[v]! / 2, right: at.x[v]! + plan.width[v]! / 2,
  top: at.y[v]! - plan.height[v]! / 2, bottom: at.y[v]! + plan.height[v]! / 2,
});

describe("a layout of any graph", () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => seed + 1);

  it.each(seeds)("keeps nodes apart, inside of the picture and of their group (%i)", (seed) => {
    const plan = wild(seed);
    const at = layOut(plan);
    const all = Array.from(plan.width, (_, v) => rect(plan, at, v));
    all.forEach((a, v) => {
      expect(a.left).toBeGreaterThan(-0.1);
      expect(a.top).toBeGreaterThan(-0.1);
      expect(a.right).toBeLessThan(at.width + 0.1);
      expect(a.bottom).toBeLessThan(at.height + 0.1);
      const g = plan.group[v]!;
      if (g >= 0) {
        expect(a.left).toBeGreaterThan(at.box[4 * g]! - 0.1);
        expect(a.bottom).toBeLessThan(at.box[4 * g + 3]! + 0.1);
      }
      all.slice(v + 1).forEach((b) => {
        expect(meet(a, b)).toBe(false);
      });
    });
  });

  it.each(seeds)("leads every edge from its source to its target (%i)", (seed) => {
    const plan = wild(seed);
    const at = layOut(plan);
    plan.source.forEach((source, e) => {
      const from = at.offset[e]!;
      const to = at.offset[e + 1]! - 1;
      expect((to - from + 1) % 2).toBe(0);
      touches(at.points[2 * from]!, at.points[2 * from + 1]!, rect(plan, at, source));
      touches(at.points[2 * to]!, at.points[2 * to + 1]!, rect(plan, at, plan.target[e]!));
    });
  });

  it("is the same picture for the same input", () => {
    const plan = samplePlan(300, 450);
    expect(layOut(plan)).toEqual(layOut(plan));
  });
});

describe("groups", () => {
  it.each(Array.from({ length: 150 }, (_, seed) => seed + 1_000))("have boxes that lie in the one around them, and touch no other group and no node of others (%i)", (seed) => {
    const plan = wild(seed);
    const at = layOut(plan);
    const box = (g: number) => ({ left: at.box[4 * g]!, top: at.box[4 * g + 1]!, right: at.box[4 * g + 2]!, bottom: at.box[4 * g + 3]! });
    const lies = (inner: number, outer: number): boolean => inner === outer || (inner >= 0 && lies(plan.parent[inner]!, outer));
    for (let g = 0; g < plan.groups; g++) {
      for (let other = 0; other < plan.groups; other++) {
        if (lies(other, g)) expect(within(box(other), box(g))).toBe(true);
        else if (!lies(g, other)) expect(meet(box(g), box(other))).toBe(false);
      }
      plan.group.forEach((of, v) => {
        expect(meet(box(g), rect(plan, at, v))).toBe(lies(of, g));
      });
    }
  });

  it("lead an edge over all borders between its ends, without a way back", () => {
    const plan: LayoutPlan = {
      direction: "right", groups: 3, parent: Int32Array.of(-1, 0, -1), width: new Float32Array(4).fill(100), height: new Float32Array(4).fill(40),
      group: Int32Array.of(1, 0, 2, -1), source: Int32Array.of(0, 0, 0, 2), target: Int32Array.of(1, 2, 3, 3),
    };
    const at = layOut(plan);
    plan.source.forEach((_, e) => {
      const along = Array.from(at.points.subarray(2 * at.offset[e]!, 2 * at.offset[e + 1]!)).filter((_, i) => i % 2 === 0);
      expect(along).toEqual([...along].sort((a, b) => a - b));
    });
    expect(at.x[0]!).toBeLessThan(at.x[1]!);
    expect(at.x[1]!).toBeLessThan(at.x[2]!);
  });

  it("leave room for their name above their nodes, in both directions", () => {
    for (const direction of ["right", "down"] as const) {
      const plan: LayoutPlan = { ...samplePlan(30, 45), direction, group: Int32Array.from({ length: 30 }, (_, v) => v % 3), groups: 3, parent: Int32Array.of(-1, -1, -1) };
      const at = layOut(plan);
      plan.group.forEach((g, v) => expect(rect(plan, at, v).top - at.box[4 * g + 1]!).toBeGreaterThan(ROOM.header - 0.1));
    }
  });
});

describe("the flow", () => {
  it.each(["right", "down"] as const)("leads every edge of a graph without circles forward (%s)", (direction) => {
    const plan: LayoutPlan = { ...samplePlan(300, 500), direction };
    const at = layOut(plan);
    const [middle, size] = direction === "right" ? [at.x, plan.width] : [at.y, plan.height];
    plan.source.forEach((a, e) => {
      const b = plan.target[e]!;
      expect(middle[a]! + size[a]! / 2).toBeLessThan(middle[b]! - size[b]! / 2);
    });
  });

  it("turns only edges that close a circle", () => {
    const plan: LayoutPlan = { ...samplePlan(1, 0), width: new Float32Array(3).fill(50), height: new Float32Array(3).fill(50), group: new Int32Array(3).fill(-1), source: Int32Array.of(0, 1, 2), target: Int32Array.of(1, 2, 0) };
    const at = layOut(plan);
    expect([...plan.source].filter((a, e) => at.x[a]! > at.x[plan.target[e]!]!)).toEqual([2]);
  });
});

function meet(a: ReturnType<typeof rect>, b: ReturnType<typeof rect>): boolean {
  return a.left < b.right - 0.1 && b.left < a.right - 0.1 && a.top < b.bottom - 0.1 && b.top < a.bottom - 0.1;
}

function within(a: ReturnType<typeof rect>, b: ReturnType<typeof rect>): boolean {
  return a.left > b.left - 0.1 && a.top > b.top - 0.1 && a.right < b.right + 0.1 && a.bottom < b.bottom + 0.1;
}

function touches(x: number, y: number, box: ReturnType<typeof rect>): void {
  expect(x).toBeGreaterThan(box.left - 0.1);
  expect(x).toBeLessThan(box.right + 0.1);
  expect(y).toBeGreaterThan(box.top - 0.1);
  expect(y).toBeLessThan(box.bottom + 0.1);
}

describe("layers", () => {
  it("leads every edge to a later layer, without circles", () => {
    const flat = flatOf(samplePlan(400, 700));
    const layer = rank(flat);
    flat.from.forEach((a, e) => expect(layer[a]!).toBeLessThan(layer[flat.to[e]!]!));
  });

  it("puts a chain on one line", () => {
    const plan = { ...samplePlan(1, 0), width: new Float32Array(6).fill(100), height: new Float32Array(6).fill(40), group: new Int32Array(6).fill(-1), source: Int32Array.of(0, 1, 2, 3, 4), target: Int32Array.of(1, 2, 3, 4, 5) };
    const at = layOut(plan);
    expect(new Set(at.y).size).toBe(1);
    expect(at.width).toBe(6 * 100 + 5 * ROOM.layers);
    const down = layOut({ ...plan, direction: "down" });
    expect(new Set(down.x).size).toBe(1);
    expect(down.height).toBe(6 * 40 + 5 * ROOM.rows);
  });

  it("draws a source towards the only node that reads it", () => {
    const flat = { ...flatOf(samplePlan(4, 0)), from: Int32Array.of(0, 1, 3), to: Int32Array.of(1, 2, 2) };
    expect([...rank(flat)]).toEqual([0, 1, 2, 1]);
  });
});

describe("the order of a layer", () => {
  it("has no crossings in a tree", () => {
    const source = Array.from({ length: 62 }, (_, i) => Math.floor(i / 2));
    const shuffled = source.map((s, i) => [s, i + 1] as const).sort((a, b) => ((a[1] * 37) % 62) - ((b[1] * 37) % 62));
    const flat = { ...flatOf(samplePlan(63, 0)), from: Int32Array.from(shuffled, ([a]) => a), to: Int32Array.from(shuffled, ([, b]) => b) };
    expect(order(inLayers(flat, rank(flat)))).toBe(0);
  });

  it("crosses far less than the order in which the nodes came", () => {
    const flat = flatOf(samplePlan(1000, 1500));
    const graph = inLayers(flat, rank(flat));
    const place = new Int32Array(graph.count);
    graph.layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
    const naive = crossings(graph, place);
    expect(order(graph)).toBeLessThan(naive / 3.5);
  });

  it("counts crossings as a comparison of all pairs does", () => {
    const flat = flatOf(samplePlan(60, 100));
    const graph = inLayers(flat, rank(flat));
    const place = new Int32Array(graph.count);
    graph.layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
    const links: [number, number][] = [];
    for (let v = 0; v < graph.count; v++) {
      for (let i = graph.down.start[v]!; i < graph.down.start[v + 1]!; i++) links.push([v, graph.down.item[i]!]);
    }
    let slow = 0;
    links.forEach(([a, b], i) =>
      links.slice(i + 1).forEach(([c, d]) => {
        if (graph.layer[a] === graph.layer[c] && (place[a]! - place[c]!) * (place[b]! - place[d]!) < 0) slow++;
      }),
    );
    expect(crossings(graph, place)).toBe(slow);
  });
});

describe("large graphs", () => {
  it.each([[1000, 1500, 200], [5000, 7500, 100]])("%i nodes and %i edges are looked at no more than %i times", (nodes, edges, limit) => {
    const count = looks(samplePlan(nodes, edges));
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(limit);
  });

  it("lays out a thousand loose nodes as a block", () => {
    const at = layOut({ ...samplePlan(1000, 1), source: new Int32Array(0), target: new Int32Array(0) });
    expect(at.width / at.height).toBeGreaterThan(0.8);
    expect(at.width / at.height).toBeLessThan(4);
  });

  it("looks but a few times at two stars with a thousand ends each", () => {
    const count = 2002;
    const source = Int32Array.from({ length: 2000 }, (_, i) => i % 2);
    const target = Int32Array.from({ length: 2000 }, (_, i) => i + 2);
    const plan: LayoutPlan = { ...samplePlan(1, 0), width: new Float32Array(count).fill(100), height: new Float32Array(count).fill(40), group: new Int32Array(count).fill(-1), source, target };
    expect(looks(plan)).toBeLessThan(10);
  });
});
