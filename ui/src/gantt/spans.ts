/** What became of a task run over time: it waited, was queued, ran, waited for the next try. Times in milliseconds since 1970. Pure. */
import type { Schemas } from "../api/client";
import { isOver, type AttemptState } from "../domain/states";

type Task = Schemas["TaskDocument"];
type Attempt = Schemas["AttemptDocument"];

export interface Span {
  kind: "waiting" | "queued" | "running" | "retry";
  from: number;
  /** null: it goes on. */
  to: number | null;
  /** The attempt that ran, and how it ended. */
  attempt: number | null;
  state: AttemptState | null;
}

export const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));

export function spansOf(task: Task): Span[] {
  const spans: Span[] = [];
  const created = Date.parse(task.created_at);
  const ended = timeOf(task.ended_at);
  const over = isOver(task.state);
  const queued = timeOf(task.queued_at);
  const first = task.attempts[0];
  const ready = queued ?? (first === undefined ? null : Date.parse(first.dispatched_at));
  put(spans, "waiting", created, ready ?? (over ? (ended ?? created) : null));
  if (ready === null) return spans;
  let at = ready;
  task.attempts.forEach((attempt, i) => {
    if (i > 0) put(spans, "retry", at, Date.parse(attempt.dispatched_at));
    at = Math.max(at, i > 0 ? Date.parse(attempt.dispatched_at) : at);
    at = ran(spans, attempt, at);
  });
  if (!over && task.attempts.every((attempt) => attempt.ended_at !== null)) put(spans, task.attempts.length > 0 ? "retry" : "queued", at, null);
  else if (over && task.attempts.length === 0) put(spans, "queued", at, ended);
  return spans;
}

/** An attempt from when it could begin; answers when it ended. */
function ran(spans: Span[], attempt: Attempt, at: number): number {
  const started = timeOf(attempt.started_at);
  const ended = timeOf(attempt.ended_at);
  put(spans, "queued", at, started ?? ended, attempt);
  if (started === null) return ended ?? at;
  put(spans, "running", started, ended, attempt);
  return ended ?? started;
}

function put(spans: Span[], kind: Span["kind"], from: number, to: number | null, attempt?: Attempt): void {
  if (to !== null && to <= from && kind !== "running") return;
  spans.push({ kind, from, to: to === null ? null : Math.max(from, to), attempt: attempt?.n ?? null, state: attempt?.state ?? null });
}

/** Milliseconds of each kind until `now`. */
export function sharesOf(spans: readonly Span[], now: number): Record<Span["kind"], number> {
  const shares = { waiting: 0, queued: 0, running: 0, retry: 0 };
  for (const span of spans) shares[span.kind] += Math.max(0, (span.to ?? now) - span.from);
  return shares;
}
