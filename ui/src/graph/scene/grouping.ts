import type { Schemas } from "../../api/client";
import { by as groupedBy } from "../../domain/by";
import type { GroupBy } from "./options";

type Graph = Schemas["Graph"];
type TaskNode = Schemas["TaskNode"];

/** The groups of a graph, which may lie in each other. */
export interface Grouping {
  /** All groups in the order of their first tasks, each after the one around it. */
  keys: readonly string[];
  /** The groups around a task, a dataset or a param, by id, from the outside in; of a group's key, those around it and itself. */
  around: (id: string) => readonly string[];
}

/** A name in its group: without what the group says already. */
export function titleOf(name: string, group: string | null, by: GroupBy): string {
  return by === "namespace" && group !== null && name.startsWith(`${group}.`) ? name.slice(group.length + 1) : name;
}

/** Ways of grouping that would put at least two things of this graph into a box. */
export function waysOf(graph: Graph): GroupBy[] {
  const layered = graph.datasets.some((dataset) => dataset.layer !== null);
  return (["namespace", "layer", "tag"] as const).filter((by) => {
    if (by === "layer") return layered;
    const keys = graph.tasks.flatMap((task) => keyOf(task, by)?.[0] ?? []);
    return new Set(keys).size < keys.length;
  });
}

/** Tasks, datasets and params by the groups they lie in. */
export function groupingOf(graph: Graph, by: GroupBy): Grouping {
  if (by === "none") return { keys: [], around: () => [] };
  const layers = by === "layer" ? layersOf(graph) : null;
  const paths = new Map(graph.tasks.map((task) => [task.name, layers === null ? (keyOf(task, by as "namespace" | "tag") ?? []) : pathOfLayer(layers.get(task.name))]));
  const kept = by === "namespace" ? worthwhile([...paths.values()]) : null;
  if (kept !== null) for (const [name, path] of paths) paths.set(name, path.filter((key) => kept.has(key)));

  const found = new Map<string, readonly string[]>();
  for (const task of graph.tasks) found.set(task.id, paths.get(task.name) ?? []);
  for (const dataset of graph.datasets) {
    const own = layers === null ? undefined : pathOfLayer(dataset.layer);
    found.set(dataset.id, own?.length ? own : pathOfDataset(dataset, paths));
  }
  for (const param of graph.params) found.set(param.id, shared(param.consumers.map((name) => paths.get(name) ?? [])));
  const byKey = new Map<string, readonly string[]>();
  for (const path of found.values()) path.forEach((key, i) => byKey.has(key) || byKey.set(key, path.slice(0, i + 1)));
  return { keys: [...byKey.keys()], around: (id) => found.get(id) ?? byKey.get(id) ?? [] };
}

/** The outermost group around a thing that is folded, or null. */
export function foldedAround(grouping: Grouping, id: string, folded: ReadonlySet<string>): string | null {
  return grouping.around(id).find((key) => folded.has(key)) ?? null;
}

/** The groups that a task names, from the outside in. A namespace that the definition tells counts, not dots in a name; Kedro tells all. */
function keyOf(task: Pick<TaskNode, "name" | "kind" | "tags" | "facts">, by: "namespace" | "tag"): string[] | undefined {
  if (by === "tag") return task.tags.slice(0, 1);
  const told = task.facts["namespace"];
  const dot = task.name.lastIndexOf(".");
  const namespace = told !== undefined || task.kind === "kedro" ? told : dot > 0 ? task.name.slice(0, dot) : null;
  if (typeof namespace !== "string" || namespace === "") return undefined;
  const parts = namespace.split(".");
  return parts.map((_, i) => parts.slice(0, i + 1).join("."));
}

/** Namespaces that hold more than one other namespace: a box around a single box says nothing. */
function worthwhile(paths: readonly (readonly string[])[]): Set<string> {
  const inside = groupedBy(paths.flatMap((path) => path.map((key, i) => ({ key, next: path[i + 1] ?? null }))), (each) => each.key);
  return new Set([...inside].filter(([, each]) => each[0]!.next === null || each.some(({ next }) => next !== each[0]!.next)).map(([key]) => key));
}

/** A dataset lies where it is made and read; one that nobody makes or nobody reads, where the others of it are. */
function pathOfDataset({ producer, consumers }: Schemas["DatasetNode"], paths: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const readers = consumers.map((name) => paths.get(name) ?? []);
  if (producer === null) return shared(readers);
  const made = paths.get(producer) ?? [];
  if (readers.length === 0) return made;
  return readers.map((path) => shared([made, path])).reduce((deepest, path) => (path.length > deepest.length ? path : deepest));
}

/** What several paths have in common. */
function shared(paths: readonly (readonly string[])[]): readonly string[] {
  const [first, ...rest] = paths;
  if (first === undefined) return [];
  const until = first.findIndex((key, i) => rest.some((path) => path[i] !== key));
  return until < 0 ? first : first.slice(0, until);
}

/** A task stands in the layer of what it makes. */
function layersOf(graph: Graph): Map<string, string> {
  return new Map(graph.datasets.flatMap(({ producer, layer }) => (producer === null || layer === null ? [] : [[producer, layer] as const])).reverse());
}

function pathOfLayer(layer: string | null | undefined): string[] {
  return layer ? [layer] : [];
}
