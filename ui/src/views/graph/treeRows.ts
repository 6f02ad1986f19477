import type { Schemas } from "../../api/client";
import { by } from "../../domain/by";
import { type Figure, groupFigure, taskFigure } from "../../graph/scene/figures";
import { groupingOf, titleOf } from "../../graph/scene/grouping";
import type { GroupBy } from "../../graph/scene/options";

type Graph = Schemas["Graph"];
type TaskNode = Schemas["TaskNode"];
type Task = Schemas["TaskDocument"];

/** A line of the list beside the picture. */
export interface TreeRow {
  id: string;
  kind: "group" | "task" | "dataset";
  name: string;
  title: string;
  /** From 1. */
  level: number;
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

/** Tasks in the order of the definition, those of a group together below its name, groups within groups. */
export function treeRows(asked: Asked): TreeRow[] {
  const { graph, runs, groupBy, folded } = asked;
  const grouping = groupingOf(graph, groupBy);
  const rows: TreeRow[] = [];
  const list = (tasks: readonly TaskNode[], depth: number, around: string | null) => {
    // Tasks outside of groups keep their place among them.
    for (const [place, inside] of by(tasks, (task) => grouping.around(task.id)[depth] ?? `\n${task.name}`)) {
      if (place.startsWith("\n")) {
        rows.push(...inside.flatMap((task) => rowsOfTask(task, depth + 1, around, asked)));
        continue;
      }
      const open = !folded.has(place);
      const figure = groupFigure(inside.map((task) => task.name), runs);
      rows.push({ id: `group:${place}`, kind: "group", name: place, title: titleOf(place, around, groupBy), level: depth + 1, figure, open, tasks: inside.length });
      if (open) list(inside, depth + 1, place);
    }
  };
  list(graph.tasks, 0, null);
  return rows;
}

function rowsOfTask(task: TaskNode, level: number, key: string | null, { runs, groupBy, unfolded }: Asked): TreeRow[] {
  const row: TreeRow = { id: task.id, kind: "task", name: task.name, title: titleOf(task.name, key, groupBy), level, figure: taskFigure(runs.get(task.name) ?? []) };
  if (unfolded !== task.name || task.outputs.length === 0) return [row];
  const made = task.outputs.map((name) => ({ id: `dataset:${name}`, kind: "dataset", name, title: titleOf(name, key, groupBy), level: level + 1, figure: null }) satisfies TreeRow);
  return [{ ...row, open: true }, ...made];
}
