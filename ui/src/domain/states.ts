/** States of runs, tasks and attempts: one table of word, colour and shape, for icons, canvas and text alike. */
import type { components } from "../wire/api";

export type RunState = components["schemas"]["RunSummary"]["state"];
export type TaskState = components["schemas"]["TaskDocument"]["state"];
export type AttemptState = components["schemas"]["AttemptDocument"]["state"];
export type State = RunState | TaskState | AttemptState;

/** A stroke or filling of an icon, as SVG path data in a box of 16 by 16. `knock` is drawn in the colour behind the icon. */
export interface Mark {
  as: "fill" | "stroke" | "knock";
  d: string;
  /** Lengths of dashes and gaps. */
  dash?: readonly number[];
  /** 0 to 1; absent means 1. */
  alpha?: number;
}

export interface StateLook {
  word: string;
  /** Name of the CSS variable that holds its colour. */
  color: `--pn-state-${string}`;
  marks: readonly Mark[];
  /** Its last mark turns, unless the reader wants less motion. */
  turns?: boolean;
}

const RING = "M8 1.9a6.1 6.1 0 1 1 0 12.2a6.1 6.1 0 0 1 0-12.2z";
const DISC = "M8 1a7 7 0 1 1 0 14a7 7 0 0 1 0-14z";
const OCTAGON = "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z";
const HOLLOW_OCTAGON = "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z";
const BANG = "M8 4.4v4.2M8 11.2v.2";
const SLASH = "M3.9 12.1l8.2-8.2";

function look(word: string, color: string, marks: Mark[], turns = false): StateLook {
  return { word, color: `--pn-state-${color}`, marks, turns };
}
const fill = (d: string): Mark => ({ as: "fill", d });
const stroke = (d: string, more: Partial<Mark> = {}): Mark => ({ as: "stroke", d, ...more });
const knock = (d: string): Mark => ({ as: "knock", d });

export const STATE_LOOK: Readonly<Record<State, StateLook>> = {
  created: look("created", "created", [stroke(RING, { dash: [2.4, 1.9] })]),
  queued: look("queued", "queued", [stroke(RING), stroke("M8 4.6V8l2.3 1.5")]),
  dispatched: look("dispatched", "queued", [stroke(RING), stroke("M8 4.6V8l2.3 1.5")]),
  running: look("running", "running", [stroke(RING, { alpha: 0.25 }), stroke("M8 1.9a6.1 6.1 0 0 1 6.1 6.1")], true),
  retrying: look("retrying", "retrying", [fill("M8 1.2L15.4 14.4H.6z"), knock("M8 6v3.8M8 12v.2")]),
  paused: look("paused", "paused", [fill("M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z")]),
  cancelling: look("cancelling", "cancelled", [stroke(RING, { dash: [2.4, 1.9] }), stroke(SLASH)]),
  succeeded: look("succeeded", "succeeded", [fill(DISC), knock("M4.9 8.3l2.1 2.2l4.2-4.7")]),
  warning: look("warning", "warning", [fill(DISC), knock(BANG)]),
  failed: look("failed", "failed", [fill(OCTAGON), knock("M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8")]),
  cancelled: look("cancelled", "cancelled", [stroke(RING), stroke(SLASH)]),
  skipped: look("skipped", "skipped", [stroke(RING), stroke("M5.3 5.5L7.8 8l-2.5 2.5M8.4 5.5L10.9 8l-2.5 2.5")]),
  upstream_failed: look("upstream failed", "upstream-failed", [stroke(HOLLOW_OCTAGON), stroke("M5.3 8h5.4")]),
  lost: look("lost", "failed", [stroke(RING, { dash: [5, 2.5] }), stroke(BANG)]),
};

export const RUN_STATES = [
  "running", "queued", "created", "paused", "cancelling", "failed", "warning", "succeeded", "cancelled", "skipped",
] as const satisfies readonly RunState[];
export const TASK_STATES = [
  "running", "retrying", "queued", "created", "paused", "cancelling", "failed", "upstream_failed", "warning",
  "succeeded", "cancelled", "skipped",
] as const satisfies readonly TaskState[];

const OVER: ReadonlySet<State> = new Set<State>([
  "succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed", "lost",
]);

/** Whether nothing more happens by itself. */
export function isOver(state: State): boolean {
  return OVER.has(state);
}

/** The state as a person reads it, with its reason: "failed (timeout)". */
export function stateText(state: State, reason?: string | null): string {
  const { word } = STATE_LOOK[state];
  return reason ? `${word} (${reason.replaceAll("_", " ")})` : word;
}
