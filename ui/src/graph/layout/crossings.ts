import type { Rows } from "./flat";
import type { Layered } from "./layers";

/** How often links cross between all layers, by the places that nodes have in them. */
export function crossings(graph: Pick<Layered, "layers" | "down">, place: Int32Array): number {
  let total = 0;
  for (let i = 0; i + 1 < graph.layers.length; i++) {
    total += between(graph.layers[i]!, graph.layers[i + 1]!.length, graph.down, place);
  }
  return total;
}

/** Inversions, counted with a Fenwick tree (Barth, Mutzel, Juenger, "Simple and efficient bilayer cross counting"). */
function between(upper: Int32Array, size: number, down: Rows, place: Int32Array): number {
  const tree = new Int32Array(size + 1);
  let seen = 0;
  let total = 0;
  for (const node of upper) {
    const ends = down.item.subarray(down.start[node]!, down.start[node + 1]!);
    for (const end of ends) total += seen - upTo(tree, place[end]!);
    for (const end of ends) add(tree, place[end]!);
    seen += ends.length;
  }
  return total;
}

function upTo(tree: Int32Array, place: number): number {
  let sum = 0;
  for (let i = place + 1; i > 0; i -= i & -i) sum += tree[i]!;
  return sum;
}

function add(tree: Int32Array, place: number): void {
  for (let i = place + 1; i < tree.length; i += i & -i) tree[i]!++;
}
