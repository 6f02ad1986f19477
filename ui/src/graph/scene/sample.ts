import type { Schemas } from "../../api/client";
import { chance } from "../layout/sample";

// Graphs and runs for tests and measurements, of any size.

type Graph = Schemas["Graph"];
type TaskNode = Schemas["TaskNode"];
type DatasetNode = Schemas["DatasetNode"];
type TaskDocument = Schemas["TaskDocument"];
type RunDocument = Schemas["RunDocument"];

export function sampleTask(name: string, more: Partial<TaskNode> = {}): TaskNode {
  return {
    id: `task:${name}`, name, kind: "python", role: "task", call: `shop:${name}`, description: "", tags: [], labels: {}, inputs: {}, outputs: [name],
    foreach: [], trigger: "all_succeeded", conditional: false, allow_failure: false, timeout: null, attempts: 1, resources: {}, file: null, line: null,
    has_source: false, facts: {}, approval: null, ...more,
  };
}

export function sampleDataset(name: string, producer: string | null, consumers: string[], more: Partial<DatasetNode> = {}): DatasetNode {
  return { id: `dataset:${name}`, name, producer, consumers, type: null, layer: null, path: null, description: null, versioned: false, ...more };
}

/** A graph of tasks that each read datasets of others, `reads` by name, each making one dataset of its own name. */
export function sampleGraph(tasks: readonly TaskNode[], reads: Record<string, readonly string[]>, after: Record<string, readonly string[]> = {}): Graph {
  const readersOf = (name: string) => tasks.filter((reader) => reads[reader.name]?.includes(name)).map((reader) => reader.name);
  const datasets = tasks.flatMap((task) => task.outputs.map((name) => sampleDataset(name, task.name, readersOf(name))));
  const edges: Graph["edges"] = datasets.flatMap((dataset) => [
    { source: `task:${dataset.producer}`, target: dataset.id, kind: "data" as const },
    ...dataset.consumers.map((name) => ({ source: dataset.id, target: `task:${name}`, kind: "data" as const })),
  ]);
  for (const [task, before] of Object.entries(after)) edges.push(...before.map((name) => ({ source: `task:${name}`, target: `task:${task}`, kind: "order" as const })));
  return { pipeline: "sample", namespace: "default", version: "1", tasks: [...tasks], datasets, params: [], edges };
}

export function sampleRun(tasks: readonly TaskDocument[], more: Partial<RunDocument> = {}): RunDocument {
  return {
    id: "sample", pipeline: "sample", namespace: "default", version: "1", type: "standard", state: "running", reason: null,
    created_at: "2026-03-01T08:00:00.000000Z", started_at: "2026-03-01T08:00:00.100000Z", ended_at: null, duration: null, idle: 0, params: {}, labels: {}, tags: [],
    trigger: { kind: "manual", name: null, at: "2026-03-01T08:00:00.000000Z" }, parent_id: null, replay_of: null, generation: 1,
    tasks_total: tasks.length, tasks_done: 0, selection: null, error: null, facts: null, given: [], breakpoints: [], tasks: [...tasks], ...more,
  };
}

export function sampleTaskRun(name: string, more: Partial<TaskDocument> = {}): TaskDocument {
  return {
    name, map_index: null, label: null, kind: "python", state: "created", reason: null, generation: 1, created_at: "2026-03-01T08:00:00.000000Z",
    queued_at: null, started_at: null, ended_at: null, duration: null, queued_for: null, progress: null, error: null, attempts: [], inputs: [], outputs: [], metrics: [], ...more,
  };
}

const WORDS = ["load", "clean", "join", "score", "train", "export", "profile", "dedupe", "validate", "aggregate", "geo", "features"];
const PLACES = ["orders", "customers", "products", "prices", "weather", "returns", "stock", "web"];

/** A large pipeline: tasks that read one to three of those shortly before them, in namespaces. */
export function largeGraph(count: number, edges: number, seed = 11): Graph {
  const next = chance(seed);
  const names = Array.from({ length: count }, (_, i) => `${PLACES[Math.floor((i / count) * PLACES.length)]!}.${WORDS[i % WORDS.length]!}_${i}`);
  const reads: Record<string, string[]> = {};
  const reach = Math.max(4, Math.round(Math.sqrt(count) * 2));
  const link = (v: number) => {
    const before = names[Math.max(0, v - 1 - Math.floor(next() * reach))]!;
    const known = (reads[names[v]!] ??= []);
    if (before === names[v] || known.includes(before)) return 0;
    return known.push(before) && 1;
  };
  let made = 0;
  for (let v = 1; v < count; v++) made += link(v);
  for (let tries = 0; made < edges && tries < edges * 20; tries++) made += link(1 + Math.floor(next() * (count - 1)));
  const tasks = names.map((name) => sampleTask(name, { tags: [WORDS[name.length % WORDS.length]!] }));
  return fastGraph(tasks, reads);
}

/** As sampleGraph, for thousands of tasks with one output each. */
function fastGraph(tasks: readonly TaskNode[], reads: Record<string, readonly string[]>): Graph {
  const consumers = new Map<string, string[]>(tasks.map((task) => [task.name, []]));
  for (const [reader, names] of Object.entries(reads)) for (const name of names) consumers.get(name)!.push(reader);
  const graph = sampleGraph([], {});
  graph.tasks = [...tasks];
  graph.datasets = tasks.map(({ name }) => sampleDataset(name, name, consumers.get(name)!));
  graph.edges = graph.datasets.flatMap((dataset) => [
    { source: `task:${dataset.producer}`, target: dataset.id, kind: "data" as const },
    ...dataset.consumers.map((name) => ({ source: dataset.id, target: `task:${name}`, kind: "data" as const })),
  ]);
  return graph;
}
