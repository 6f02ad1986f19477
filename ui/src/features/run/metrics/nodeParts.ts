/** What Kedro's nodes spent their time with: loading, their function, saving; seconds of the last attempt. */
import type { Schemas } from "../../../api/client";
import { durationText } from "../../../domain/formats";
import type { Figure } from "./series";

export const PARTS = ["load", "function", "save"] as const;
export type Part = (typeof PARTS)[number];

export interface NodeParts {
  task: string;
  load: number;
  function: number;
  save: number;
  total: number;
}

/** What people call them. */
export const WORDS: Record<Part, string> = { load: "Load", function: "Function", save: "Save" };
const FIGURES = new Map(PARTS.map((part) => [`${part}_seconds`, part]));

/** A part of one of Kedro's nodes as people read it, with how long it took; null for every other figure. */
export function partOf(kind: string, figure: { name: string; value: number }): [string, string] | null {
  const part = kind === "kedro" ? FIGURES.get(figure.name) : undefined;
  return part === undefined ? null : [WORDS[part], durationText(figure.value)];
}

/** The parts of each of Kedro's nodes, what takes longest first; and the figures that are none of them. */
export function partsOf(tasks: readonly Pick<Schemas["TaskDocument"], "name" | "kind">[], figures: readonly Figure[]): { nodes: NodeParts[]; others: Figure[] } {
  const kinds = new Map(tasks.map(({ name, kind }) => [name, kind]));
  const nodes = new Map<string, NodeParts>();
  const others: Figure[] = [];
  for (const figure of figures) {
    const part = kinds.get(figure.task) === "kedro" ? FIGURES.get(figure.name) : undefined;
    if (part === undefined) {
      others.push(figure);
      continue;
    }
    const node = nodes.get(figure.task) ?? { task: figure.task, load: 0, function: 0, save: 0, total: 0 };
    nodes.set(figure.task, { ...node, [part]: node[part] + figure.last, total: node.total + figure.last });
  }
  return { nodes: [...nodes.values()].sort((one, other) => other.total - one.total || one.task.localeCompare(other.task)), others };
}
