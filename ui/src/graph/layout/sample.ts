import type { LayoutPlan } from "./plan";

/** Numbers by chance, the same for the same seed (mulberry32). For tests and measurements. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A graph like a pipeline's: every node reads one of a few nodes shortly before it, some read more. */
export function samplePlan(nodes: number, edges: number, seed = 7): LayoutPlan {
  const next = chance(seed);
  const [source, target, seen]: [number[], number[], Set<number>] = [[], [], new Set()];
  const link = (a: number, b: number) => {
    if (a === b || seen.has(a * nodes + b)) return;
    seen.add(a * nodes + b);
    source.push(a);
    target.push(b);
  };
  const reach = Math.max(4, Math.round(Math.sqrt(nodes) * 2));
  for (let v = 1; v < nodes; v++) link(Math.max(0, v - 1 - Math.floor(next() * reach)), v);
  for (let tries = 0; source.length < edges && tries < edges * 20; tries++) {
    const v = 1 + Math.floor(next() * (nodes - 1));
    link(Math.max(0, v - 1 - Math.floor(next() * reach)), v);
  }
  return {
    direction: "right", width: Float32Array.from({ length: nodes }, () => 120 + Math.floor(next() * 120)),
    height: new Float32Array(nodes).fill(44), group: new Int32Array(nodes).fill(-1), groups: 0, parent: new Int32Array(0),
    source: Int32Array.from(source), target: Int32Array.from(target),
  };
}
