import { rowsBy, type Flat, type Rows } from "./flat";

/** The layer of each node: the longest way to it, then moved towards its successors where that makes edges shorter. */
export function rank(graph: Pick<Flat, "count" | "from" | "to" | "pin">): Int32Array {
  const { count, from, to, pin } = graph;
  const out = rowsBy(count, from, to);
  const into = rowsBy(count, to, from);
  const order = topological(count, out, into);
  const layer = new Int32Array(count);
  const lowest = pin.includes(1) ? 1 : 0;
  for (const node of order) {
    let best = pin[node] === 1 ? 0 : lowest;
    for (let i = into.start[node]!; i < into.start[node + 1]!; i++) best = Math.max(best, layer[into.item[i]!]! + 1);
    layer[node] = best;
  }
  pullDown(order, out, into, layer, pin);
  setLast(layer, pin);
  return layer;
}

/** Nodes in an order in which every edge leads forward; ties by number. */
export function topological(count: number, out: Rows, into: Rows): Int32Array {
  const missing = new Int32Array(count);
  const order = new Int32Array(count);
  let filled = 0;
  for (let i = 0; i < count; i++) {
    missing[i] = into.start[i + 1]! - into.start[i]!;
    if (!missing[i]) order[filled++] = i;
  }
  for (let done = 0; done < filled; done++) {
    const node = order[done]!;
    for (let i = out.start[node]!; i < out.start[node + 1]!; i++) {
      const next = out.item[i]!;
      missing[next]! -= 1;
      if (missing[next] === 0) order[filled++] = next;
    }
  }
  return order;
}

function pullDown(order: Int32Array, out: Rows, into: Rows, layer: Int32Array, pin: Uint8Array): void {
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const leaving = out.start[node + 1]! - out.start[node]!;
    const entering = into.start[node + 1]! - into.start[node]!;
    if (pin[node] || leaving <= entering) continue;
    let nearest = Infinity;
    for (let k = out.start[node]!; k < out.start[node + 1]!; k++) {
      if (pin[out.item[k]!] !== 2) nearest = Math.min(nearest, layer[out.item[k]!]!);
    }
    if (nearest !== Infinity) layer[node] = nearest - 1;
  }
}

function setLast(layer: Int32Array, pin: Uint8Array): void {
  if (!pin.includes(2)) return;
  let last = 0;
  layer.forEach((value, node) => {
    if (pin[node] !== 2) last = Math.max(last, value);
  });
  pin.forEach((value, node) => {
    if (value === 2) layer[node] = last + 1;
  });
}
