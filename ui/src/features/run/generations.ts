/** The lives of a run: when each began, from where, who asked, with which params. Pure. */
import type { Schemas } from "../../api/client";
import { saidText } from "../../domain/json";
import type { Words } from "./Worded";

export interface Generation {
  number: number;
  at: string;
  /** The task that it was retried from; null: what failed or never ran. */
  from: string | null;
  by: string | null;
  /** Params that were changed: what they are, and what they were. */
  params: Record<string, unknown>;
  before: Record<string, unknown>;
}

/** All of them but the first, by their number, as the run's history tells. */
export function generationsOf(events: readonly Pick<Schemas["Event"], "kind" | "at" | "data">[]): Map<number, Generation> {
  const found = new Map<number, Generation>();
  for (const { kind, at, data } of events) {
    const number = data?.["generation"];
    if (kind !== "run.running" || typeof number !== "number") continue;
    found.set(number, { number, at, from: textOf(data?.["from"]), by: textOf(data?.["by"]), params: valuesOf(data?.["params"]), before: valuesOf(data?.["params_before"]) });
  }
  return found;
}

/** "retried from clean by ana, with rows 5 → 9". */
export function retriedText({ from, by, params, before }: Pick<Generation, "from" | "by" | "params" | "before">): Words {
  const changed = Object.keys(params).map((name) => `${name} ${shown(before[name])} → ${shown(params[name])}`);
  const rest = `${by === null ? "" : ` by ${whoText(by)}`}${changed.length === 0 ? "" : `, with ${changed.join(", ")}`}`;
  return from === null ? [`retried${rest}`] : ["retried from ", { name: from }, rest];
}

const WHO: Readonly<Record<string, string>> = { api: "a program", token: "a program", page: "somebody on the page", terminal: "somebody in a terminal" };

/** Who asked for something, as people say it. */
export function whoText(by: string): string {
  return WHO[by] ?? by;
}

/** An attempt of a task by its number and generation; without one, of the latest that has it. */
export function attemptOf(attempts: readonly Schemas["AttemptDocument"][], n: number | null, generation: number | null): Schemas["AttemptDocument"] | undefined {
  return n === null ? undefined : attempts.findLast((one) => one.n === n && one.generation === (generation ?? one.generation));
}

/** "attempt 2 of 3"; of a run that was retried with the generation, and none where one try was enough. */
export function triedText(attempts: readonly Schemas["AttemptDocument"][], attempt: Schemas["AttemptDocument"] | undefined): string | null {
  if (attempt === undefined || attempts.length < 2) return null;
  const of = attempts.filter(({ generation }) => generation === attempt.generation);
  const life = attempts.some(({ generation }) => generation !== attempt.generation) || attempt.generation > 1 ? ` of generation ${attempt.generation}` : "";
  return of.length > 1 ? `attempt ${attempt.n} of ${of.length}${life === "" ? "" : `,${life.slice(3)}`}` : `attempt ${attempt.n}${life}`;
}

/** The run whose result a task took, as the task's history tells; null where it does not. */
export function takenFrom(events: readonly Pick<Schemas["Event"], "data">[]): string | null {
  const event = events.findLast(({ data }) => data?.["reason"] === "cached");
  return textOf(event?.data?.["run"]);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function valuesOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : saidText(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
