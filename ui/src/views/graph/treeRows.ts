import type { Schemas } from "../../api/client";
import { by } from "../../domain/by";
import { type Figure, groupFigure, taskFigure } from "../../graph/scene/figures";
import { groupOf, titleOf } from "../../graph/scene/grouping";
import type { GroupBy } from "../../graph/scene/options";

type Graph = Schemas["Graph"];
type Task = Schemas["TaskDocument"];

/** A line of the list beside the picture. */
export interface TreeRow {
  id: string;
  kind: "group" | "task" | "dataset";
  name: string;
  title: string;
  level: 1 | 2 | 3;
  figure: Figure | null;
  /** For what can be folded. */
  open?: boolean;
  tasks?: number;
}

interface Asked {
  graph: Graph;
  runs: ReadonlyMap<string, readonly Task[]>;
  groupBy: GroupBy;
  folded: ReadonlySet<string>;
  /** The task whose datasets are listed. */
  unfolded: string | undefined;
}

/** Tasks in the order of the definition, those of a group together below its name. */
export function treeRows({ graph, runs, groupBy, folded, unfolded }: Asked): TreeRow[] {
  const rows: TreeRow[] = [];
  // Tasks outside of groups keep their place among them.
  const groups = by(graph.tasks, (task) => groupOf(task, groupBy) ?? `\n${task.name}`);
  for (const [place, tasks] of groups) {
    const key = place.startsWith("\n") ? null : place;
    if (key !== null) {
      const names = tasks.map((task) => task.name);
      rows.push({ id: `group:${key}`, kind: "group", name: key, title: key, level: 1, figure: groupFigure(names, runs), open: !folded.has(key), tasks: tasks.length });
      if (folded.has(key)) continue;
    }
    for (const task of tasks) rows.push(...rowsOfTask(task, key, runs, groupBy, unfolded));
  }
  return rows;
}

function rowsOfTask(task: Schemas["TaskNode"], key: string | null, runs: Asked["runs"], groupBy: GroupBy, unfolded: string | undefined): TreeRow[] {
  const level = key === null ? 1 : 2;
  const row: TreeRow = { id: task.id, kind: "task", name: task.name, title: titleOf(task.name, key, groupBy), level, figure: taskFigure(runs.get(task.name) ?? []) };
  if (unfolded !== task.name || task.outputs.length === 0) return [row];
  const made = task.outputs.map((name) => ({ id: `dataset:${name}`, kind: "dataset", name, title: name, level: (level + 1) as 2 | 3, figure: null }) satisfies TreeRow);
  return [{ ...row, open: true }, ...made];
}
