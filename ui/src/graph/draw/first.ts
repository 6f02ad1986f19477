import type { Layout } from "../layout/plan";
import type { Figure } from "../scene/figures";
import type { Size } from "./camera";

interface Drawn {
  layout: Pick<Layout, "x" | "y">;
  right: boolean;
  figures: readonly Pick<Figure, "state">[];
  selected: number;
}

/**
 * The node to look at first: the selected one, a failure, what runs; else one at the begin of the flow, where a window of
 * this size holds the most. -1 without nodes.
 */
export function firstNode({ layout, right, figures, selected }: Drawn, window: Size): number {
  const of = (state: string) => figures.findIndex((figure) => figure.state === state);
  const loud = [selected, of("failed"), of("running"), of("warning")].find((v) => v >= 0 && v < layout.x.length);
  if (loud !== undefined) return loud;
  return right ? densest(layout.x, layout.y, window.width, window.height) : densest(layout.y, layout.x, window.height, window.width);
}

/** Among the nodes of the first `deep` pixels along the flow, the middle one of those that lie closest together across it. */
function densest(along: Float32Array, across: Float32Array, deep: number, wide: number): number {
  const start = along.reduce((least, at) => Math.min(least, at), Infinity);
  const early = Array.from(along, (_, v) => v).filter((v) => along[v]! < start + deep).sort((a, b) => across[a]! - across[b]!);
  let [best, most] = [0, 0];
  for (let from = 0, to = 0; from < early.length; from++) {
    while (to < early.length && across[early[to]!]! - across[early[from]!]! <= wide) to++;
    if (to - from > most) [best, most] = [from, to - from];
  }
  // Of these the one that is earliest, so that the window begins where the flow does.
  const there = early.slice(best, best + most);
  const middle = across[there[most >> 1] ?? -1] ?? 0;
  return there.reduce((first, v) => (distance(v) < distance(first) ? v : first), there[0] ?? -1);

  function distance(v: number): number {
    return along[v]! - start + Math.abs(across[v]! - middle);
  }
}
