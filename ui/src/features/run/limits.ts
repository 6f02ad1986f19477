/** Why a run waits or rests, as its history and its tasks tell it. Pure. */
import { max, min } from "d3-array";

import type { Schemas } from "../../api/client";
import { countText } from "../../domain/formats";
import { whoText } from "./generations";
import type { Words } from "./Worded";

type RunEvent = Pick<Schemas["Event"], "kind" | "data">;

export interface Limit {
  name: string;
  most: number;
  held: number;
  /** Runs that hold it, the first of them. */
  runs: string[];
}

/** The limit that a queued run waits at: what was told last. */
export function limitOf(events: readonly RunEvent[]): Limit | null {
  const data = events.findLast(({ kind }) => kind === "run.queued" || kind === "run.skipped" || kind === "run.failed")?.data;
  const [name, most, held, runs] = [data?.["limit"], data?.["most"], data?.["held"], data?.["by_runs"]];
  if (typeof name !== "string" || typeof most !== "number") return null;
  return { name, most, held: typeof held === "number" ? held : 0, runs: Array.isArray(runs) ? runs.filter((run) => typeof run === "string") : [] };
}

/** "2 of 2 places of the limit of pipeline shop/orders are held". */
export function heldText({ name, most, held }: Limit): string {
  return `${held} of ${most} ${most === 1 ? "place" : "places"} of the limit of ${nameText(name)} ${held === 1 ? "is" : "are"} held`;
}

/** "pipeline:shop/orders" as people say it: "pipeline shop/orders". */
export function nameText(name: string): string {
  return name.replace(/^(pipeline|tag|pool):/, "$1 ");
}

/** "a free worker: 2 of 2 are busy": what a queued task waits for. Who has it is told behind it. */
export function waitText({ on, name, need, held, most }: Pick<Schemas["Wait"], "on" | "name" | "need" | "held" | "most">): string {
  const are = held === 1 ? "is" : "are";
  switch (on) {
    case "workers":
      return `${need === 1 ? "a free worker" : `${need} free workers`}: ${held} of ${most} ${most === 1 ? "is" : "are"} busy`;
    case "gpus":
      return `${need === 1 ? "a GPU" : `${need} GPUs`}: ${held} ${are} in use`;
    case "pool":
      return `room in the pool ${name}: ${held} ${held === 1 ? "place" : "places"} of it ${are} held`;
    case "turn":
      return `other items to end: ${most === 1 ? "one runs" : `${most} run`} at a time`;
    case "engine":
      return "an engine: the one that had the run is gone";
  }
}

/** Tasks that are told by name where several wait. */
const NAMED = 3;

/** "clean waits", "4 items of clean wait", "clean, price and model wait", "40 tasks wait": how a sentence begins that tells for what. */
export function waitersText({ tasks, count }: Pick<Schemas["Wait"], "tasks" | "count">): Words {
  const [first] = tasks;
  if (first === undefined || (tasks.length > 1 && (count > tasks.length || count > NAMED))) return [`${countText(count)} tasks wait`];
  if (tasks.length === 1) return count === 1 ? [{ name: first }, " waits"] : [`${countText(count)} items of `, { name: first }, " wait"];
  return [...tasks.flatMap((name, at) => [at === 0 ? "" : at === tasks.length - 1 ? " and " : ", ", { name }]), " wait"];
}

/** Since when nothing of a run goes on while tasks of it are queued, in milliseconds; null where something does, or none is. */
export function heldUpSince({ state, tasks }: { state: Schemas["RunDocument"]["state"]; tasks: readonly Pick<Schemas["TaskDocument"], "state" | "queued_at" | "ended_at">[] }): number | null {
  const queued = tasks.filter((task) => task.state === "queued");
  if (state !== "running" || queued.length === 0 || tasks.some((task) => task.state === "running" || task.state === "cancelling")) return null;
  const since = max([min(queued, ({ queued_at }) => queued_at) ?? "", max(tasks, ({ ended_at }) => ended_at) ?? ""]);
  return since ? Date.parse(since) : 0;
}

/** Why a paused run rests: "paused by ana", "rests before clean, at a breakpoint". */
export function restText(run: Pick<Schemas["RunDocument"], "reason">, events: readonly RunEvent[]): Words {
  const data = events.findLast(({ kind }) => kind === "run.paused")?.data ?? {};
  const [by, task] = [data["by"], data["task"]];
  if (run.reason === "breakpoint") return typeof task === "string" ? ["Rests before ", { name: task }, ", at a breakpoint."] : ["Rests at a breakpoint."];
  if (run.reason === "approval") return ["Waits for somebody to approve or reject."];
  return [`Paused${typeof by === "string" ? ` by ${whoText(by)}` : ""}: nothing new begins until it is resumed.`];
}
