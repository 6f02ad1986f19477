/** What of two runs differs, and by how much. Pure. */
import type { Comparison } from "../../api/comparison";
import type { Schemas } from "../../api/client";
import { jsonText } from "../../domain/json";

export const SIDES = ["first", "second"] as const;
export type Side = (typeof SIDES)[number];

export type TaskPair = Schemas["ComparedTask"];
export type OutputPair = Schemas["ComparedOutput"];
export type MetricPair = Schemas["ComparedMetric"];

/** A duration that changed by less than this share, or by fewer seconds, says nothing: processes vary. */
const NOISE = 0.2;
const MOMENT = 0.05;

/** Whether two durations (seconds) differ by more than chance. */
export function clearlyOther(first: number | null, second: number | null): boolean {
  const [one, other] = [first ?? 0, second ?? 0];
  return Math.abs(other - one) > Math.max(MOMENT, NOISE * Math.max(one, other));
}

export function taskDiffers({ first, second }: TaskPair): boolean {
  if (first === null || second === null) return true;
  return first.state !== second.state || first.reason !== second.reason || first.attempts !== second.attempts || clearlyOther(first.duration, second.duration);
}

export function outputDiffers({ first, second, columns }: OutputPair): boolean {
  if (first === null || second === null) return true;
  return first.kind !== second.kind || first.bytes !== second.bytes || first.rows !== second.rows || columns.length > 0;
}

/** How many times the first the second is: "2.1×", "0.48×"; empty where that says nothing. */
export function timesText(first: number | null | undefined, second: number | null | undefined): string {
  if (!first || first < 0 || second === null || second === undefined || second < 0) return "";
  const times = second / first;
  if (times >= 9.95) return `${Math.round(times).toLocaleString("en")}×`;
  const said = times < 0.01 && times > 0 ? "<0.01" : String(Number(times.toPrecision(2)));
  return said === "1" ? "" : `${said}×`;
}

export const PARTS = ["params", "labels", "definition", "tasks", "outputs", "metrics"] as const;
export type Part = (typeof PARTS)[number];

/** Of each part, how many of its entries differ and how many there are. */
export type Counts = Record<Part, { differ: number; all: number }>;

export function countsOf(found: Comparison): Counts {
  const count = <Entry>(entries: readonly Entry[], differs: (entry: Entry) => boolean) => ({ differ: entries.filter(differs).length, all: entries.length });
  const other = ({ same }: { same: boolean }) => !same;
  const changes = definitionChanges(found);
  return {
    params: count(found.params, other), labels: count(found.labels, other), definition: { differ: changes, all: changes },
    tasks: count(found.tasks, taskDiffers), outputs: count(found.outputs, outputDiffers), metrics: count(found.metrics, other),
  };
}

/** Tasks and facts that changed; 1 where only code that no task names did, and where all that is known is another version. */
function definitionChanges({ definition, facts }: Comparison): number {
  if (definition === null) return facts.some(({ name, same }) => name === "version" && !same) ? 1 : 0;
  const named = definition.added.length + definition.removed.length + definition.changed.length + definition.facts.length;
  return named === 0 && !definition.same ? 1 : named;
}

/** A value of a param or fact as text: a text as it is, all else as JSON in one line that can be broken, nothing for null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  // No text within has a line end of its own: JSON writes it as \n.
  return jsonText(value, 1).replace(/([[{])\n\s*|\n\s*([\]}])/g, "$1$2").replace(/\n\s*/g, " ");
}
