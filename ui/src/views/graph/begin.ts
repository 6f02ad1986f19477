import type { Schemas } from "../../api/client";
import { comingLayout, knownScene } from "./known";
import { firstOptions } from "./useGraphOptions";

/** Lays out a graph as it will be shown first, before the view that shows it is there. */
export function beginLayout(graph: Schemas["Graph"]): void {
  const options = firstOptions(graph);
  // What fails here fails in the view again, which tells it.
  comingLayout(graph, knownScene(graph, options), options.direction).catch(() => undefined);
}
