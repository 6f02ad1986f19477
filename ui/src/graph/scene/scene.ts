/** From a definition's graph to the nodes and edges of a picture. Pure, and of structure only: a run moves nothing. */
import type { Schemas } from "../../api/client";
import { by } from "../../domain/by";
import { rowsBy, type Rows } from "../layout/flat";
import type { LayoutPlan } from "../layout/plan";
import { foldedAround, groupingOf, type Grouping, titleOf } from "./grouping";
import type { SceneOptions } from "./options";
import { boxOf } from "./sizes";

type Graph = Schemas["Graph"];

export interface SceneNode {
  /** As in the graph; `group:KEY` for a folded group. */
  id: string;
  kind: "task" | "dataset" | "param" | "group";
  name: string;
  /** What is written on it: the name, without what its group says. */
  title: string;
  /** What is known without a run: "for each city", "on failure", tags; of a dataset, how it is kept. */
  note: string;
  /** A dataset's layer, where it has one. */
  layer: string | null;
  /** A dataset that no task makes: the pipeline is given it. */
  given: boolean;
  /** Number of the open group that it lies in, or -1. */
  group: number;
  /** The tasks that it stands for. */
  tasks: readonly string[];
  width: number;
  height: number;
}

interface SceneEdge {
  source: number;
  target: number;
  kind: "data" | "order";
}

/** An open group: a box around its nodes. */
interface SceneGroup {
  key: string;
  title: string;
  /** Number of the open group around it, or -1. */
  parent: number;
  /** All that are in it, also in groups within. */
  tasks: readonly string[];
}

export interface Scene {
  nodes: readonly SceneNode[];
  edges: readonly SceneEdge[];
  groups: readonly SceneGroup[];
  /** Number of each node, by id. */
  index: ReadonlyMap<string, number>;
  /** Numbers of the edges that leave, and that enter, each node. */
  out: Rows;
  into: Rows;
}

export function sceneOf(graph: Graph, options: SceneOptions): Scene {
  const grouping = groupingOf(graph, options.groupBy);
  const tasksOf = membersOf(graph, grouping);
  const open = grouping.keys.filter((key) => foldedAround(grouping, key, options.folded) === null);
  const number = new Map(open.map((key, i) => [key, i]));
  const parentOf = (key: string) => grouping.around(key).at(-2) ?? null;
  const nodes: SceneNode[] = [];
  const index = new Map<string, number>();
  // Property by property: spreading objects took most of the time of a large graph.
  const add = (id: string, { kind, name, title, note, layer, given, group, tasks }: Omit<SceneNode, "width" | "height" | "id">) => {
    if (index.has(id)) return;
    const { width, height } = boxOf({ kind, title, note });
    index.set(id, nodes.push({ id, kind, name, title, note, layer, given, group, tasks, width, height }) - 1);
  };
  for (const source of nodesOf(graph, options)) {
    const { id, kind, name, note, given, tasks } = source;
    const key = foldedAround(grouping, id, options.folded);
    if (key !== null) {
      const [members, parent] = [tasksOf.get(key) ?? [], parentOf(key)];
      const says = members.length > 0 ? countOf(members.length) : "datasets";
      const group = number.get(parent ?? "") ?? -1;
      add(`group:${key}`, { kind: "group", name: key, title: titleOf(key, parent, options.groupBy), note: says, layer: null, given: false, group, tasks: members });
    } else {
      const group = grouping.around(id).at(-1) ?? null;
      // The box of a layer says it for all that is in it.
      const layer = options.groupBy === "layer" ? null : source.layer;
      add(id, { kind, name, note, layer, given, tasks, title: titleOf(name, group, options.groupBy), group: number.get(group ?? "") ?? -1 });
    }
  }
  const edges = edgesOf(graph, options, nodes.length, (id) => index.get(id) ?? index.get(`group:${foldedAround(grouping, id, options.folded) ?? ""}`));
  const numbers = Int32Array.from(edges, (_, e) => e);
  const groups = open.map((key): SceneGroup => {
    const parent = parentOf(key);
    return { key, title: titleOf(key, parent, options.groupBy), parent: number.get(parent ?? "") ?? -1, tasks: tasksOf.get(key) ?? [] };
  });
  return {
    ...shownOnly(nodes, groups), edges, index,
    out: rowsBy(nodes.length, Int32Array.from(edges, (edge) => edge.source), numbers),
    into: rowsBy(nodes.length, Int32Array.from(edges, (edge) => edge.target), numbers),
  };
}

/** Without groups in which nothing is drawn, such as a layer of datasets when those are not. */
function shownOnly(nodes: readonly SceneNode[], groups: readonly SceneGroup[]): Pick<Scene, "nodes" | "groups"> {
  const used = new Set(nodes.map((node) => node.group));
  for (let g = groups.length - 1; g >= 0; g--) if (used.has(g)) used.add(groups[g]!.parent);
  const kept = groups.map((_, g) => g).filter((g) => used.has(g));
  if (kept.length === groups.length) return { nodes, groups };
  const number = new Map(kept.map((g, i) => [g, i]));
  return {
    nodes: nodes.map((node) => ({ ...node, group: number.get(node.group) ?? -1 })),
    groups: kept.map((g) => ({ ...groups[g]!, parent: number.get(groups[g]!.parent) ?? -1 })),
  };
}

/** What the layout is asked for a scene. */
export function planOf(scene: Scene, direction: LayoutPlan["direction"]): LayoutPlan {
  return {
    direction, groups: scene.groups.length,
    width: Float32Array.from(scene.nodes, (node) => node.width), height: Float32Array.from(scene.nodes, (node) => node.height),
    group: Int32Array.from(scene.nodes, (node) => node.group), parent: Int32Array.from(scene.groups, (group) => group.parent),
    source: Int32Array.from(scene.edges, (edge) => edge.source), target: Int32Array.from(scene.edges, (edge) => edge.target),
  };
}

function membersOf(graph: Graph, grouping: Grouping): Map<string, string[]> {
  const members = by(graph.tasks.flatMap((task) => grouping.around(task.id).map((key) => ({ key, name: task.name }))), (each) => each.key);
  return new Map(Array.from(members, ([key, each]) => [key, each.map(({ name }) => name)]));
}

type Source = Pick<SceneNode, "id" | "kind" | "name" | "note" | "layer" | "given" | "tasks">;

/** Everything that is drawn, unfolded: params and what the pipeline is given first, then each task with what it makes. */
function* nodesOf(graph: Graph, options: SceneOptions): Generator<Source> {
  const made = by(options.datasets ? graph.datasets : [], (dataset) => dataset.producer);
  if (options.params) for (const { id, name } of graph.params) yield { id, kind: "param", name, note: "", layer: null, given: false, tasks: [] };
  if (options.datasets) for (const dataset of made.get(null) ?? []) yield sourceOf(dataset);
  for (const task of graph.tasks) {
    yield { id: task.id, kind: "task", name: task.name, note: noteOf(task), layer: null, given: false, tasks: [task.name] };
    if (options.datasets) for (const dataset of made.get(task.name) ?? []) yield sourceOf(dataset);
  }
}

function sourceOf({ id, name, type, layer, producer }: Schemas["DatasetNode"]): Source {
  return { id, kind: "dataset", name, note: keptAs(type), layer, given: producer === null, tasks: [] };
}

/** "pandas.CSVDataset" is "CSV". */
function keptAs(type: string | null): string {
  return (type ?? "").slice((type ?? "").lastIndexOf(".") + 1).replace(/Data[Ss]et$/, "");
}

function noteOf(task: Schemas["TaskNode"]): string {
  if (task.role === "on_failure") return "on failure";
  if (task.role === "finally") return "always, last";
  if (task.foreach.length > 0) return `for each ${task.foreach.join(", ")}`;
  if (task.conditional) return "on a condition";
  return task.tags.length > 0 ? task.tags.join(", ") : task.kind;
}

function countOf(tasks: number): string {
  return tasks === 1 ? "1 task" : `${tasks} tasks`;
}

/** Edges between drawn nodes, each pair once. Where datasets are not drawn, a task leads to those that read what it makes. */
function edgesOf(graph: Graph, options: SceneOptions, count: number, numberOf: (id: string) => number | undefined): SceneEdge[] {
  const edges = new Map<number, SceneEdge>();
  const producer = new Map(graph.datasets.map((dataset) => [dataset.id, dataset.producer === null ? null : `task:${dataset.producer}`]));
  // Where data goes from task to task, that the one comes first need not be drawn as well.
  const ordered = graph.edges.some((edge) => edge.kind === "order");
  const told = new Set(ordered ? graph.datasets.flatMap((dataset) => dataset.consumers.map((name) => `task:${dataset.producer} task:${name}`)) : []);
  for (const edge of graph.edges) {
    if (!options.datasets && producer.has(edge.target)) continue;
    if (edge.kind === "order" && told.has(`${edge.source} ${edge.target}`)) continue;
    const maker = producer.get(edge.source);
    if (!options.datasets && maker === null) continue;
    const [source, target] = [numberOf(options.datasets ? edge.source : (maker ?? edge.source)), numberOf(edge.target)];
    if (source === undefined || target === undefined || source === target) continue;
    const pair = source * count + target;
    const known = edges.get(pair);
    if (known === undefined) edges.set(pair, { source, target, kind: edge.kind });
    else if (edge.kind === "data") known.kind = "data"; // many edges of folded groups in one
  }
  return [...edges.values()];
}
