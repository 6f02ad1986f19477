/** Ways along edges: what leads to a node, what follows from it, where the arrow keys go. */
import type { Layout } from "../layout/plan";
import type { Scene } from "./scene";

/** Nodes and edges on all ways that lead to or from a node, itself too. */
export interface Ways {
  nodes: Uint8Array;
  edges: Uint8Array;
}

export function waysThrough(scene: Scene, node: number): Ways {
  const ways: Ways = { nodes: new Uint8Array(scene.nodes.length), edges: new Uint8Array(scene.edges.length) };
  walk(scene, node, ways, true);
  walk(scene, node, ways, false);
  return ways;
}

function walk(scene: Scene, first: number, ways: Ways, forward: boolean): void {
  const rows = forward ? scene.out : scene.into;
  const seen = new Uint8Array(scene.nodes.length);
  const stack = [first];
  seen[first] = 1;
  while (stack.length > 0) {
    const node = stack.pop()!;
    ways.nodes[node] = 1;
    for (let i = rows.start[node]!; i < rows.start[node + 1]!; i++) {
      const edge = rows.item[i]!;
      ways.edges[edge] = 1;
      const next = forward ? scene.edges[edge]!.target : scene.edges[edge]!.source;
      if (seen[next]) continue;
      seen[next] = 1;
      stack.push(next);
    }
  }
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/**
 * The node to which an arrow key leads: along an edge with the flow or against it, and to the nearest neighbour beside.
 * Without an edge in that direction, to the nearest node that stands there.
 */
export function step(scene: Scene, layout: Layout, node: number, arrow: Arrow, right: boolean): number {
  const along = right ? arrow === "ArrowLeft" || arrow === "ArrowRight" : arrow === "ArrowUp" || arrow === "ArrowDown";
  const forward = arrow === "ArrowRight" || arrow === "ArrowDown";
  const near = along ? neighbours(scene, node, forward) : [];
  const from = near.length > 0 ? near : Array.from(scene.nodes, (_, v) => v);
  return nearest(layout, node, from, arrow) ?? (near.length > 0 ? near[0]! : node);
}

function neighbours(scene: Scene, node: number, forward: boolean): number[] {
  const rows = forward ? scene.out : scene.into;
  return Array.from(rows.item.subarray(rows.start[node]!, rows.start[node + 1]!), (edge) => (forward ? scene.edges[edge]!.target : scene.edges[edge]!.source));
}

/** The node that is nearest in a direction; what stands aside counts three times as far. */
function nearest(layout: Layout, node: number, among: readonly number[], arrow: Arrow): number | null {
  const [dx, dy] = arrow === "ArrowLeft" ? [-1, 0] : arrow === "ArrowRight" ? [1, 0] : arrow === "ArrowUp" ? [0, -1] : [0, 1];
  let best: number | null = null;
  let least = Infinity;
  for (const other of among) {
    const [x, y] = [layout.x[other]! - layout.x[node]!, layout.y[other]! - layout.y[node]!];
    const ahead = x * dx + y * dy;
    if (other === node || ahead < 1) continue;
    const far = ahead + 3 * Math.abs(x * dy + y * dx);
    if (far < least) [best, least] = [other, far];
  }
  return best;
}
