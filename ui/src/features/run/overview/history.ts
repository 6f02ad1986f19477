/** What happened to a run, as sentences. */
import type { Schemas } from "../../../api/client";
import type { State } from "../../../domain/states";
import { STATE_LOOK } from "../../../domain/states";
import { durationText, taskText } from "../../../domain/formats";
import { generationsOf, retriedText, whoText } from "../generations";
import { nameText } from "../limits";
import type { Words } from "../Worded";

export type RunEvent = Schemas["Event"];

export interface Told {
  id: number;
  at: string;
  /** Undefined for what happened to the run itself. */
  task: string | undefined;
  attempt: number | null;
  state: State | undefined;
  words: Words;
}

const SENTENCES: Record<string, (data: Record<string, unknown>) => string | Words> = {
  "run.requested": () => "was asked for",
  "run.running": (data) => (typeof data["generation"] === "number" ? retriedOf(data) : typeof data["by"] === "string" ? `was resumed${byText(data["by"])}` : "forced" in data ? "was started past its limit" : "started"),
  "run.paused": ({ by, task, reason }) => (typeof task === "string" ? ["rests before ", { name: task }] : reason === "approval" ? "waits for an answer" : `was paused${byText(by)}`),
  "run.queued": ({ limit }) => (typeof limit === "string" ? `waits at the limit of ${nameText(limit)}` : "queued"),
  "run.cancelling": ({ by }) => `is being cancelled${byText(by)}`,
  "breakpoints_changed": ({ by, breakpoints }) => (Array.isArray(breakpoints) && breakpoints.length > 0 ? [`was given breakpoints${byText(by)}: `, ...breakpoints.flatMap((name, at) => [at > 0 ? ", " : "", { name: String(name) }])] : `was freed of breakpoints${byText(by)}`),
  "run.labels": () => "got other labels",
  "task_run.running": () => "started",
  "task_run.retrying": ({ delay }) => `failed, and is tried again${typeof delay === "number" ? ` in ${durationText(delay)}` : ""}`,
  "task_run.expanded": ({ items }) => `was spread over ${typeof items === "number" ? items.toLocaleString("en") : "its"} items`,
  "log_lost": ({ error }) => `lost its log${typeof error === "string" ? `: ${error}` : ""}`,
  "attempt.fenced": () => "told its end too late; it does not count",
};

/** Who or what began a run; who asked for it stands in the first of its events. */
export function begunText(trigger: Schemas["Trigger"], events: readonly Pick<RunEvent, "kind" | "data">[]): string {
  const by = events.find(({ kind }) => kind === "run.created")?.data?.["by"];
  return trigger.kind === "manual" && typeof by === "string" && by !== "" ? `created by ${whoText(by)}` : `created by ${triggerText(trigger)}`;
}

/** "hand", "schedule every-hour". */
export function triggerText({ kind, name }: Schemas["Trigger"]): string {
  return kind === "manual" ? "hand" : `${kind.replaceAll("_", " ")}${name === null ? "" : ` ${name}`}`;
}

function byText(by: unknown): string {
  return typeof by === "string" && by !== "" ? ` by ${whoText(by)}` : "";
}

function retriedOf(data: Record<string, unknown>): string | Words {
  const [life] = generationsOf([{ kind: "run.running", at: "", data }]).values();
  return life === undefined ? "started again" : [`generation ${life.number}: `, ...retriedText(life)];
}

/** Events in the order of time. They come in that of their commits: what came in one commit stands by task there. */
export function inTime<Event extends Pick<RunEvent, "id" | "at">>(events: readonly Event[]): Event[] {
  return [...events].sort((one, other) => (one.at === other.at ? one.id - other.id : one.at < other.at ? -1 : 1));
}

/** Kinds whose sentence tells the reason. */
const REASONED = new Set(["run.queued", "run.paused", "task_run.retrying"]);

function reasonText(kind: string, { reason, by }: Record<string, unknown>): string {
  if (typeof reason !== "string" || REASONED.has(kind) || (reason === "user" && typeof by === "string")) return "";
  return ` (${reason.replaceAll("_", " ")})`;
}

/** An event as a sentence; kinds that are not known here are told by their name. */
export function toldOf(event: RunEvent): Told {
  const data = event.data ?? {};
  const [, word = event.kind] = event.kind.split(".");
  const state = word in STATE_LOOK ? (word as State) : undefined;
  const said = SENTENCES[event.kind];
  // What was taken of another run says from which; that is reason enough.
  const taken = data["reason"] === "cached" && typeof data["run"] === "string" ? `took its result from run ${data["run"]}` : undefined;
  const reason = taken === undefined ? reasonText(event.kind, data) : "";
  const sentence = taken ?? said?.(data) ?? (state === undefined ? word.replaceAll("_", " ") : STATE_LOOK[state].word);
  return {
    id: event.id, at: event.at, attempt: event.attempt, state,
    task: event.task === null ? undefined : taskText(event.task, event.map_index, event.label),
    words: [...(typeof sentence === "string" ? [sentence] : sentence), `${reason}${said === undefined ? byText(data["by"]) : ""}`],
  };
}
