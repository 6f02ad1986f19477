import { useState } from "react";
import type { Schemas } from "../../api/client";
import { waysOf } from "../../graph/scene/grouping";
import { type GroupBy, PLAIN, type SceneOptions } from "../../graph/scene/options";

/** How somebody likes graphs, kept in the browser; folds are of one graph and are not kept. */
type Kept = Pick<SceneOptions, "direction" | "datasets" | "params"> & { groupBy: GroupBy | null };

const KEY = "penstock:graph";
/** With more tasks than these, datasets are not drawn at first: they would double what is there to read. */
const MANY = 300;

function read(): Partial<Kept> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>;
  } catch {
    return {};
  }
}

/** How a graph is shown at first, to somebody who likes graphs so. */
export function firstOptions(graph: Schemas["Graph"]): SceneOptions {
  const kept = read();
  const ways = waysOf(graph);
  const wanted = kept.groupBy ?? "namespace";
  return {
    direction: kept.direction === "down" || kept.direction === "right" ? kept.direction : null, params: kept.params === true,
    datasets: kept.datasets !== false && graph.tasks.length <= MANY, groupBy: wanted !== "none" && ways.includes(wanted) ? wanted : "none", folded: PLAIN.folded,
  };
}

export function useGraphOptions(graph: Schemas["Graph"]): [SceneOptions, (part: Partial<SceneOptions>) => void] {
  const [options, setOptions] = useState<SceneOptions>(() => firstOptions(graph));
  const change = (part: Partial<SceneOptions>) => {
    setOptions((before) => ({ ...before, ...part }));
    const { folded: _folded, ...rest } = part;
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...read(), ...rest }));
    } catch {
      // A browser that keeps nothing still shows everything.
    }
  };
  return [options, change];
}
