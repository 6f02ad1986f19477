/** Finding by name. */
import type { Schemas } from "../../api/client";

export interface Found {
  id: string;
  kind: "task" | "dataset";
  name: string;
}

/** Tasks and datasets whose name has all words of a text, whether they are drawn or folded away; the nearest names first. */
export function find(graph: Schemas["Graph"], text: string, most = 50): Found[] {
  const sought = text.trim().toLowerCase();
  if (sought === "") return [];
  const words = sought.split(/\s+/);
  const all: Found[] = [...graph.tasks.map(({ id, name }) => ({ id, name, kind: "task" as const })), ...graph.datasets.map(({ id, name }) => ({ id, name, kind: "dataset" as const }))];
  const hits = all.flatMap((each, at) => {
    const name = each.name.toLowerCase();
    return words.every((word) => name.includes(word)) ? [{ each, at, rank: rankOf(name, sought) }] : [];
  });
  return hits.sort((a, b) => a.rank - b.rank || a.at - b.at).slice(0, most).map(({ each }) => each);
}

/** The whole name, then one that begins so, or whose last part does, then the rest. */
function rankOf(name: string, sought: string): number {
  if (name === sought) return 0;
  return name.startsWith(sought) || name.slice(name.lastIndexOf(".") + 1).startsWith(sought) ? 1 : 2;
}
