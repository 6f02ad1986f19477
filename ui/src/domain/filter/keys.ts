/** The words of the filter of runs: which keys there are, what each takes. */
import { RUN_STATES } from "../states";

export const RUN_TYPES = ["standard", "test", "debug", "replay", "incremental", "backfill"] as const;
export const TRIGGERS = ["manual", "schedule", "event", "completion", "backfill", "retry"] as const;

export type Key = "state" | "pipeline" | "namespace" | "label" | "tag" | "type" | "trigger" | "created" | "duration" | "error" | "id";

/** What a key takes: one of some words, any text, a time, a length of time. */
export type Takes = { words: readonly string[] } | "text" | "time" | "duration";

export interface KeyFacts {
  key: Key;
  takes: Takes;
  /** What it narrows to, as the list of suggestions says it. */
  says: string;
  example: string;
  /** Runs can be excluded by it. */
  excludes: boolean;
}

const fact = (key: Key, takes: Takes, says: string, example: string, excludes = true): KeyFacts => ({ key, takes, says, example, excludes });

export const KEYS: readonly KeyFacts[] = [
  fact("state", { words: RUN_STATES }, "how it went", "state:failed"),
  fact("pipeline", "text", "name of the pipeline", "pipeline:orders"),
  fact("namespace", "text", "namespace of the pipeline", "namespace:sales"),
  fact("label", "text", "a label, with its value or with any", "label:team=data"),
  fact("tag", "text", "a tag of the pipeline or the run", "tag:nightly"),
  fact("created", "time", "when it was asked for", "created:last-7d", false),
  fact("duration", "duration", "how long it took", "duration:>5m", false),
  fact("error", "text", "a part of the error's text", 'error:"connection refused"', false),
  fact("type", { words: RUN_TYPES }, "kind of run", "type:replay"),
  fact("trigger", { words: TRIGGERS }, "what made it start", "trigger:schedule"),
  fact("id", "text", "one run", "id:01kgh3w2m9xyz", false),
];

const BY_NAME = new Map<string, KeyFacts>(KEYS.map((facts) => [facts.key, facts]));

export function factsOf(name: string): KeyFacts | undefined {
  return BY_NAME.get(name.toLowerCase());
}
