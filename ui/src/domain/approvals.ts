/** What runs ask people, put together so that one answer can be given to all that ask the same. Pure. */
import type { components } from "../wire/api";
import { calledText } from "./names";
import { firstTexts, readAll, textOf } from "./params";

type Schemas = components["schemas"];
type Task = Pick<Schemas["TaskDocument"], "name" | "state" | "reason">;
type Asking = Pick<Schemas["RunDocument"], "id" | "namespace" | "pipeline" | "version"> & { tasks: readonly Task[] };
type Node = Pick<Schemas["TaskNode"], "name" | "approval">;

/** The same question of one version of a pipeline, in so many runs. */
export interface Question {
  pipeline: string;
  task: string;
  message: string;
  /** Ids of the runs that ask it. */
  runs: string[];
  /** What is answered when nobody fills the form in: names with values as they are typed. */
  defaults: [name: string, text: string][];
  /** Fields that need somebody to fill them in. */
  open: string[];
}

/** Tasks that wait for an answer now. */
export function askingOf<T extends Task>(tasks: readonly T[]): T[] {
  return tasks.filter(({ state, reason }) => state === "paused" && reason === "approval");
}

/** Of a version of a pipeline, as `nodesOf` knows it. */
export function versionKey({ namespace, pipeline, version }: Pick<Asking, "namespace" | "pipeline" | "version">): string {
  return `${namespace}\n${pipeline}\n${version}`;
}

/** What all these runs ask now, each question once, those of most runs first. */
export function questionsOf(runs: readonly Asking[], nodesOf: ReadonlyMap<string, readonly Node[]>): Question[] {
  const found = new Map<string, Question>();
  for (const run of runs) {
    for (const task of askingOf(run.tasks)) {
      const approval = nodesOf.get(versionKey(run))?.find(({ name }) => name === task.name)?.approval;
      if (!approval) continue;
      const key = `${versionKey(run)}\n${task.name}`;
      const known = found.get(key);
      if (known !== undefined) known.runs.push(run.id);
      else found.set(key, {
        pipeline: calledText(run.namespace, run.pipeline), task: task.name, message: approval.message, runs: [run.id],
        defaults: approval.params.filter(({ required }) => !required).map((param) => [param.name, textOf(param, param.default)]),
        open: Object.keys(readAll(approval.params, firstTexts(approval.params)).problems),
      });
    }
  }
  return [...found.values()].toSorted((one, other) => other.runs.length - one.runs.length);
}
