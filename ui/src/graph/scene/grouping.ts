import type { Schemas } from "../../api/client";
import type { GroupBy } from "./options";

type Graph = Schemas["Graph"];
type TaskNode = Schemas["TaskNode"];

/** The key of a task's group, or null. */
export function groupOf(task: Pick<TaskNode, "name" | "tags">, by: GroupBy): string | null {
  if (by === "tag") return task.tags[0] ?? null;
  const dot = task.name.lastIndexOf(".");
  return by === "namespace" && dot > 0 ? task.name.slice(0, dot) : null;
}

/** A task's name in its group: without what the group says already. */
export function titleOf(name: string, group: string | null, by: GroupBy): string {
  return by === "namespace" && group !== null ? name.slice(group.length + 1) : name;
}

/** Ways of grouping that would put at least two tasks of this graph into a box. */
export function waysOf(graph: Graph): GroupBy[] {
  return (["namespace", "tag"] as const).filter((by) => {
    const seen = new Set<string>();
    return graph.tasks.some((task) => {
      const key = groupOf(task, by);
      if (key === null) return false;
      if (seen.has(key)) return true;
      seen.add(key);
      return false;
    });
  });
}

/** All keys of groups, in the order of their first tasks. */
export function groupKeys(graph: Graph, by: GroupBy): string[] {
  return [...new Set(graph.tasks.flatMap((task) => groupOf(task, by) ?? []))];
}

/** The group of everything that lies in one, by node id: tasks, and datasets that are made and read in it. */
export function groupsById(graph: Graph, by: GroupBy): Map<string, string> {
  const found = new Map<string, string>();
  if (by === "none") return found;
  const ofTask = new Map<string, string>();
  for (const task of graph.tasks) {
    const key = groupOf(task, by);
    if (key === null) continue;
    ofTask.set(task.name, key);
    found.set(task.id, key);
  }
  for (const dataset of graph.datasets) {
    const key = ofTask.get(dataset.producer);
    const stays = dataset.consumers.length === 0 || dataset.consumers.some((name) => ofTask.get(name) === key);
    if (key !== undefined && stays) found.set(dataset.id, key);
  }
  for (const param of graph.params) {
    const keys = new Set(param.consumers.map((name) => ofTask.get(name)));
    const [only] = keys;
    if (keys.size === 1 && only !== undefined) found.set(param.id, only);
  }
  return found;
}
