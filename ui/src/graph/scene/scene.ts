/** From a definition's graph to the nodes and edges of a picture. Pure, and of structure only: a run moves nothing. */
import type { Schemas } from "../../api/client";
import { by } from "../../domain/by";
import { rowsBy, type Rows } from "../layout/flat";
import type { LayoutPlan } from "../layout/plan";
import { groupsById, titleOf } from "./grouping";
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
  /** What is known without a run: "for each city", "on failure", tags. */
  note: string;
  /** Number of the open group that it lies in, or -1. */
  group: number;
  /** The tasks that it stands for. */
  tasks: readonly string[];
  width: number;
  height: number;
}

export interface SceneEdge {
  source: number;
  target: number;
  kind: "data" | "order";
}

/** An open group: a box around its nodes. */
export interface SceneGroup {
  key: string;
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
  const groups = groupsById(graph, options.groupBy);
  const tasksOf = membersOf(graph, groups);
  const open = [...tasksOf.keys()].filter((key) => !options.folded.has(key));
  const openNumber = new Map(open.map((key, i) => [key, i]));
  const nodes: SceneNode[] = [];
  const index = new Map<string, number>();
  const add = (id: string, node: Omit<SceneNode, "width" | "height" | "id">) => {
    if (index.has(id)) return;
    index.set(id, nodes.push({ ...node, id, ...boxOf(node) }) - 1);
  };
  for (const source of nodesOf(graph, options)) {
    const key = groups.get(source.id) ?? null;
    if (key !== null && options.folded.has(key)) {
      const tasks = tasksOf.get(key) ?? [];
      add(`group:${key}`, { kind: "group", name: key, title: key, note: countOf(tasks.length), group: -1, tasks });
    } else {
      add(source.id, { ...source, title: source.kind === "task" ? titleOf(source.name, key, options.groupBy) : source.name, group: openNumber.get(key ?? "") ?? -1 });
    }
  }
  const edges = edgesOf(graph, options, (id) => index.get(id) ?? index.get(`group:${groups.get(id) ?? ""}`));
  const numbers = Int32Array.from(edges, (_, e) => e);
  return {
    nodes, edges, groups: open.map((key) => ({ key, tasks: tasksOf.get(key) ?? [] })), index,
    out: rowsBy(nodes.length, Int32Array.from(edges, (edge) => edge.source), numbers),
    into: rowsBy(nodes.length, Int32Array.from(edges, (edge) => edge.target), numbers),
  };
}

/** What the layout is asked for a scene. */
export function planOf(scene: Scene, direction: LayoutPlan["direction"]): LayoutPlan {
  return {
    direction, groups: scene.groups.length,
    width: Float32Array.from(scene.nodes, (node) => node.width), height: Float32Array.from(scene.nodes, (node) => node.height),
    group: Int32Array.from(scene.nodes, (node) => node.group),
    source: Int32Array.from(scene.edges, (edge) => edge.source), target: Int32Array.from(scene.edges, (edge) => edge.target),
  };
}

function membersOf(graph: Graph, groups: ReadonlyMap<string, string>): Map<string, string[]> {
  const tasks = by(graph.tasks.filter((task) => groups.has(task.id)), (task) => groups.get(task.id) ?? "");
  return new Map(Array.from(tasks, ([key, members]) => [key, members.map((task) => task.name)]));
}

type Source = Pick<SceneNode, "id" | "kind" | "name" | "note" | "tasks">;

/** Everything that is drawn, unfolded: params first, then each task with what it makes. */
function* nodesOf(graph: Graph, options: SceneOptions): Generator<Source> {
  const made = by(graph.datasets, (dataset) => dataset.producer);
  if (options.params) for (const { id, name } of graph.params) yield { id, kind: "param", name, note: "", tasks: [] };
  for (const task of graph.tasks) {
    yield { id: task.id, kind: "task", name: task.name, note: noteOf(task), tasks: [task.name] };
    if (options.datasets) for (const { id, name } of made.get(task.name) ?? []) yield { id, kind: "dataset", name, note: "", tasks: [] };
  }
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
function edgesOf(graph: Graph, options: SceneOptions, numberOf: (id: string) => number | undefined): SceneEdge[] {
  const edges = new Map<string, SceneEdge>();
  const producer = new Map(graph.datasets.map((dataset) => [dataset.id, `task:${dataset.producer}`]));
  // Where data goes from task to task, that the one comes first need not be drawn as well.
  const told = new Set(graph.datasets.flatMap((dataset) => dataset.consumers.map((name) => `task:${dataset.producer} task:${name}`)));
  for (const edge of graph.edges) {
    if (!options.datasets && producer.has(edge.target)) continue;
    if (edge.kind === "order" && told.has(`${edge.source} ${edge.target}`)) continue;
    const from = options.datasets ? edge.source : (producer.get(edge.source) ?? edge.source);
    const [source, target] = [numberOf(from), numberOf(edge.target)];
    if (source === undefined || target === undefined || source === target) continue;
    const known = edges.get(`${source} ${target}`);
    if (known === undefined) edges.set(`${source} ${target}`, { source, target, kind: edge.kind });
    else if (edge.kind === "data") known.kind = "data"; // many edges of folded groups in one
  }
  return [...edges.values()];
}
