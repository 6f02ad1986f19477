/** What became of a task run over time: it waited, was queued, ran, waited for the next try. Times in milliseconds since 1970. Pure. */
import type { Schemas } from "../api/client";
import { isOver, type AttemptState } from "../domain/states";

type Task = Schemas["TaskDocument"];
type Attempt = Schemas["AttemptDocument"];

export interface Span {
  /** `asking`: it waits for the answer of a person. */
  kind: "waiting" | "queued" | "running" | "asking" | "retry";
  from: number;
  /** null: it goes on. */
  to: number | null;
  /** The attempt that ran, and how it ended. */
  attempt: number | null;
  /** Of a run that was retried in place: which of its lives. */
  generation: number;
  state: AttemptState | null;
}

/** Milliseconds since 1970, with the microseconds that `Date` drops: a bar of half a millisecond has its length. */
const parsed = (text: string): number => Date.parse(text) + Number(`0.${/\.\d{3}(\d+)/.exec(text)?.[1] ?? 0}`);
export const timeOf = (text: string | null): number | null => (text === null ? null : parsed(text));

export function spansOf(task: Task): Span[] {
  const spans: Span[] = [];
  const { generation } = task;
  const past = task.attempts.filter((attempt) => attempt.generation < generation);
  const attempts = task.attempts.filter((attempt) => attempt.generation >= generation);
  livedBefore(spans, past);
  const created = parsed(task.created_at);
  const ended = timeOf(task.ended_at);
  const over = isOver(task.state);
  // It is queued anew for each attempt, and tells of the last time.
  const queued = timeOf(task.queued_at);
  const first = attempts[0] === undefined ? null : parsed(attempts[0].dispatched_at);
  const ready = queued === null || first === null ? (queued ?? first) : Math.min(queued, first);
  const asked = task.kind === "approval" ? timeOf(task.started_at) : null;
  if (ready === null && asked !== null) {
    put(spans, "waiting", created, asked, generation);
    put(spans, "asking", asked, over ? (ended ?? asked) : null, generation);
    return spans;
  }
  put(spans, "waiting", created, ready ?? (over ? (ended ?? created) : null), generation);
  if (ready === null) return spans;
  const at = tried(spans, attempts, ready);
  if (!over && attempts.every((attempt) => attempt.ended_at !== null)) put(spans, attempts.length > 0 ? "retry" : "queued", at, null, generation);
  else if (over && attempts.length === 0) put(spans, "queued", at, ended, generation);
  return spans;
}

/** Generations that are over: what each tried. Between two of them nobody waited for anything. */
function livedBefore(spans: Span[], attempts: readonly Attempt[]): void {
  for (const each of new Set(attempts.map(({ generation }) => generation))) {
    const of = attempts.filter(({ generation }) => generation === each);
    tried(spans, of, parsed(of[0]!.dispatched_at));
  }
}

/** Attempts of one generation, the first of which could begin at `at`; answers when the last one ended. */
function tried(spans: Span[], attempts: readonly Attempt[], ready: number): number {
  let at = ready;
  attempts.forEach((attempt, i) => {
    if (i > 0) put(spans, "retry", at, parsed(attempt.dispatched_at), attempt.generation);
    at = Math.max(at, i > 0 ? parsed(attempt.dispatched_at) : at);
    at = ran(spans, attempt, at);
  });
  return at;
}

/** An attempt from when it could begin; answers when it ended. */
function ran(spans: Span[], attempt: Attempt, at: number): number {
  const started = timeOf(attempt.started_at);
  const ended = timeOf(attempt.ended_at);
  put(spans, "queued", at, started ?? ended, attempt.generation, attempt);
  if (started === null) return ended ?? at;
  put(spans, "running", started, ended, attempt.generation, attempt);
  return ended ?? started;
}

function put(spans: Span[], kind: Span["kind"], from: number, to: number | null, generation: number, attempt?: Attempt): void {
  if (to !== null && to <= from && kind !== "running" && kind !== "asking") return;
  spans.push({ kind, from, to: to === null ? null : Math.max(from, to), attempt: attempt?.n ?? null, generation, state: attempt?.state ?? null });
}

/** Milliseconds of each kind until `now`. */
export function sharesOf(spans: readonly Span[], now: number): Record<Span["kind"], number> {
  const shares = { waiting: 0, queued: 0, running: 0, asking: 0, retry: 0 };
  for (const span of spans) shares[span.kind] += Math.max(0, (span.to ?? now) - span.from);
  return shares;
}
