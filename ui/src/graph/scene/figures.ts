/** What a run says about each node of a scene. */
import type { Schemas } from "../../api/client";
import { by } from "../../domain/by";
import { bytesText, durationText, runningText } from "../../domain/formats";
import { lastedOf, partOf, partsCountFrom } from "../../domain/lasting";
import { isOver, STATE_LOOK, type TaskState } from "../../domain/states";
import { countStates, type StateCounts, togetherOf } from "../../domain/together";
import type { Scene, SceneNode } from "./scene";

type Run = Schemas["RunDocument"];
type Task = Schemas["TaskDocument"];

export interface Figure {
  /** null where the run says nothing: params, datasets, a definition without a run. */
  state: TaskState | null;
  reason: string | null;
  /** Items of a fan-out or tasks of a folded group by state; null for a single task. */
  counts: StateCounts | null;
  done: number;
  total: number;
  /** 0 to 1, where a task says so or items are counted. */
  progress: number | null;
  attempts: number;
  /** Milliseconds since 1970, while it runs. */
  since: number | null;
  /** Seconds, once it is over. */
  duration: number | null;
  /** A dataset's; rows null where it has none. `made`: there is a value. */
  made: boolean;
  rows: number | null;
  bytes: number | null;
}

const NOTHING: Figure = {
  state: null, reason: null, counts: null, done: 0, total: 0, progress: null, attempts: 0, since: null, duration: null, made: false, rows: null, bytes: null,
};

/** Task runs of a run by the name of their task; items of a fan-out stand for their parent. */
export function taskRuns(run: Run): Map<string, Task[]> {
  const found = by(run.tasks, (task) => task.name);
  for (const [name, tasks] of found) {
    const items = tasks.filter((task) => task.map_index !== null);
    if (items.length > 0 && items.length < tasks.length) found.set(name, items);
  }
  return found;
}

/** A figure for each node, in the order of the scene. */
export function figuresOf(scene: Scene, run: Run | undefined): Figure[] {
  if (run === undefined) return scene.nodes.map(() => NOTHING);
  const runs = taskRuns(run);
  const outputs = by(run.tasks.flatMap((task) => task.outputs), (output) => output.dataset);
  const given = new Map(run.given.map((one) => [one.dataset, one]));
  return scene.nodes.map((node) => {
    if (node.kind === "param") return NOTHING;
    // What the pipeline is given is there before the run.
    if (node.kind === "dataset") return node.given ? { ...NOTHING, made: true, rows: given.get(node.name)?.rows ?? null, bytes: given.get(node.name)?.bytes ?? null } : madeOf(outputs.get(node.name) ?? []);
    return node.kind === "group" ? groupFigure(node.tasks, runs) : taskFigure(runs.get(node.name) ?? []);
  });
}

/** The state of all tasks of a group together. */
export function groupFigure(names: readonly string[], runs: ReadonlyMap<string, readonly Task[]>): Figure {
  const figures = names.map((name) => taskFigure(runs.get(name) ?? [])).filter((figure) => figure.state !== null);
  const counts = countStates(figures.map((figure) => figure.state as TaskState));
  return figures.length === 0 ? NOTHING : together(counts, figures.length, names.flatMap((name) => runs.get(name) ?? []));
}

export function taskFigure(runs: readonly Task[]): Figure {
  const [task] = runs;
  if (task === undefined) return NOTHING;
  if (runs.length > 1 || task.map_index !== null) return together(countStates(runs.map((item) => item.state)), runs.length, runs);
  const { progress, state } = task;
  return {
    ...NOTHING, state, reason: task.reason, total: 1, done: isOver(state) ? 1 : 0, attempts: task.attempts.filter(({ generation }) => generation === task.generation).length,
    progress: state === "running" && progress !== null && progress.total !== null && progress.total > 0 ? clamp(progress.done / progress.total) : null,
    since: isOver(state) ? null : partOf(task).from, duration: task.duration,
  };
}

function together(counts: StateCounts, total: number, runs: readonly Task[]): Figure {
  const state = togetherOf(counts);
  const done = Object.entries(counts).reduce((sum, [of, count]) => sum + (isOver(of as TaskState) ? count : 0), 0);
  const parts = runs.map(partOf);
  const over = done === total;
  const lasted = over ? lastedOf(parts) : null;
  return {
    ...NOTHING, state, counts, done, total, progress: over ? null : done / total,
    since: over ? null : partsCountFrom(parts), duration: lasted === null ? null : lasted / 1000,
  };
}

function madeOf(outputs: readonly Schemas["OutputSummary"][]): Figure {
  if (outputs.length === 0) return NOTHING;
  return { ...NOTHING, made: true, total: outputs.length, rows: sumOf(outputs.map((output) => output.rows)), bytes: sumOf(outputs.map((output) => output.bytes)) };
}

/** The sum of what is known; null where nothing is. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** The second line of a node, as it is now. */
export function lineOf(node: Pick<SceneNode, "kind" | "note">, figure: Figure, now: number): string {
  return joined(partsOf(node, figure, now));
}

/** The same line, and after it the shorter ones that still say what matters most: for a node too narrow for all of it. */
export function linesOf(node: Pick<SceneNode, "kind" | "note">, figure: Figure, now: number): string[] {
  const parts = partsOf(node, figure, now);
  // A task's sign says its state already; of items and datasets, how many there are comes first.
  const shorter = (by: number) => (node.kind !== "dataset" && figure.counts === null ? parts.slice(by) : parts.slice(0, parts.length - by));
  return parts.map((_, by) => joined(shorter(by)));
}

function partsOf(node: Pick<SceneNode, "kind" | "note">, figure: Figure, now: number): string[] {
  const sizes = node.kind === "dataset" ? sizesOf(figure) : [];
  if (sizes.length > 0) return sizes;
  if (figure.state === null) return node.note === "" ? [] : [node.note];
  const parts: string[] = [];
  if (figure.counts !== null) parts.push(`${figure.done}/${figure.total}`);
  const bad = figure.counts?.failed ?? 0;
  if (bad > 0) parts.push(`${bad} failed`);
  else if (figure.counts === null) parts.push(STATE_LOOK[figure.state].word);
  const time = timeText(figure, now);
  if (time !== "") parts.push(time);
  if (figure.attempts > 1) parts.push(`try ${figure.attempts}`);
  return parts;
}

/** How long it took, or has taken. */
export function timeText(figure: Figure, now: number): string {
  if (figure.since !== null) return runningText((now - figure.since) / 1000);
  return figure.duration === null ? "" : durationText(figure.duration);
}

/** "1.2M rows", "12 MB". */
function sizesOf({ rows, bytes, total }: Pick<Figure, "rows" | "bytes" | "total">): string[] {
  const parts = [rows === null ? "" : `${shortCount(rows)} ${rows === 1 ? "row" : "rows"}`, bytes === null ? "" : bytesText(bytes)];
  if (total > 1 && rows === null) parts.unshift(`${shortCount(total)} values`);
  return parts.filter((part) => part !== "");
}

function joined(parts: readonly string[]): string {
  return parts.join(" · ");
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function shortCount(count: number): string {
  return count < 10_000 ? count.toLocaleString("en") : short.format(count);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
