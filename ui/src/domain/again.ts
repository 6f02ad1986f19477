/**
 * What runs again when a run is retried or replayed, and what keeps what it made: told before anybody is asked.
 * The engine decides by rules of its own (engine/reopen.py, engine/replay.py); `again.cases.json` has what it makes of
 * runs that ended by chance, and the tests of both sides hold to it.
 */
import type { components } from "../wire/api";
import type { TaskState } from "./states";

type Schemas = components["schemas"];
export interface Graph {
  tasks: readonly Pick<Schemas["TaskNode"], "name" | "role" | "outputs" | "trigger" | "foreach" | "inputs">[];
  edges: readonly Pick<Schemas["Graph"]["edges"][number], "source" | "target">[];
}
export type PastTask = Pick<Schemas["TaskDocument"], "name" | "map_index" | "state" | "reason"> & { outputs: readonly { dataset: string }[] };

export interface Again {
  /** Tasks that run, in the order of the definition. */
  runs: string[];
  /** Of a fan-out only so many items run again. */
  items: ReadonlyMap<string, number>;
  /** Tasks that keep what they made. */
  kept: string[];
  /** Tasks outside of the part that the run was of, and those that ended without a value and stay so. */
  left: string[];
  /** Handlers and clean-up, which run in any case or when the run fails. */
  handlers: string[];
  /** Why it can't be. */
  refused: string | null;
}

/** What runs again, the worst first. */
const UNFINISHED: readonly TaskState[] = ["failed", "upstream_failed", "cancelled", "warning"];
const USABLE: ReadonlySet<TaskState> = new Set<TaskState>(["succeeded", "warning", "skipped"]);

/** A retry in place: of what failed or never ran, or of `from` and all that comes after it; `edited`: with other params. */
export function retryOf(graph: Graph, tasks: readonly PastTask[], from: string | null, edited = false): Again {
  const known = new Known(graph, tasks, edited);
  if (from === null) {
    const [again, whole] = unfinished(known);
    return known.told(again, whole);
  }
  if (!known.has(from)) return known.told(new Set(), new Set(), `There is no task ${from}.`);
  const whole = known.after([from], (name) => !known.isOutside(name));
  return known.told(whole, whole, known.isOutside(from) ? `${from} was not a part of this run: replay the pipeline from it.` : blocked(known, from));
}

/** A new run: whole, or from a task on with what the old run finished before it. `graph` is that of the version which runs. */
export function replayOf(graph: Graph, tasks: readonly PastTask[], from: string | null): Again {
  const known = new Known(graph, tasks);
  const inside = known.names.filter((name) => !known.isOutside(name));
  if (from === null) return known.told(new Set(inside), new Set(inside));
  if (!known.has(from)) return known.told(new Set(), new Set(), `The version has no task ${from}.`);
  if (known.isOutside(from)) return known.told(new Set(), new Set(), `${from} was not a part of this run: replay from another task, or the whole run.`);
  const again = known.after([from, ...inside.filter((name) => !known.isMade(name))], () => true);
  return known.told(again, again);
}

/** Tasks and what leads where, with what a run made of them. */
class Known {
  readonly names: string[];
  readonly #after = new Map<string, Set<string>>();
  readonly #before = new Map<string, Set<string>>();
  readonly #reads = new Map<string, Set<string>>();
  readonly #rows = new Map<string, PastTask[]>();
  readonly #nodes;

  constructor(readonly graph: Graph, tasks: readonly PastTask[], readonly edited = false) {
    this.#nodes = new Map(graph.tasks.map((task) => [task.name, task] as const));
    this.names = graph.tasks.filter(({ role }) => role === "task").map(({ name }) => name);
    for (const task of tasks) put(this.#rows, task.name, task);
    const makers = new Map(graph.edges.flatMap(({ source, target }) => (source.startsWith("task:") && target.startsWith("dataset:") ? [[target, source.slice(5)] as const] : [])));
    for (const { source, target } of graph.edges) {
      if (!target.startsWith("task:")) continue;
      const maker = source.startsWith("task:") ? source.slice(5) : makers.get(source);
      if (maker === undefined) continue;
      const name = target.slice(5);
      add(this.#after, maker, name);
      add(this.#before, name, maker);
      if (!source.startsWith("task:")) add(this.#reads, name, maker);
    }
  }

  has(name: string): boolean {
    return this.#nodes.get(name)?.role === "task";
  }

  rows(name: string): readonly PastTask[] {
    return this.#rows.get(name) ?? [];
  }

  before(name: string): Iterable<string> {
    return this.#before.get(name) ?? [];
  }

  next(name: string): string[] {
    return [...(this.#after.get(name) ?? [])].filter((after) => this.has(after));
  }

  reads(name: string, maker: string): boolean {
    return this.#reads.get(name)?.has(maker) ?? false;
  }

  /** What a task ended by: of a fan-out its worst item. */
  worst(name: string): PastTask | undefined {
    const rows = this.rows(name);
    return UNFINISHED.map((bad) => rows.find(({ state }) => state === bad)).find((row) => row !== undefined);
  }

  /** How a task stands; a fan-out by its items. */
  state(name: string): TaskState | undefined {
    const rows = this.rows(name);
    return this.worst(name)?.state ?? rows.find(({ state }) => state === "succeeded")?.state ?? rows[0]?.state;
  }

  isOutside(name: string): boolean {
    const rows = this.rows(name);
    return rows.length > 0 && rows.every(({ state, reason }) => state === "skipped" && reason === "slice");
  }

  /** Whether the run finished it, with all the outputs that it has in the version. */
  isMade(name: string): boolean {
    const rows = this.rows(name);
    if (rows.length === 0) return false;
    const wanted = this.#nodes.get(name)?.outputs ?? [];
    return rows.every(({ state, reason, outputs, map_index }) => {
      if (reason === "slice") return false;
      if (state === "skipped") return true;
      // A fan-out over nothing made a list of nothing; one that a person took for done made no list.
      if (state === "succeeded" && map_index === null && this.isFanOut(name)) return reason !== "user";
      return state === "succeeded" && (map_index !== null || wanted.every((dataset) => outputs.some((output) => output.dataset === dataset)));
    });
  }

  isFanOut(name: string): boolean {
    return (this.#nodes.get(name)?.foreach.length ?? 0) > 0;
  }

  /** Whether other params may make other items of it. */
  hasOtherItems(name: string): boolean {
    const node = this.#nodes.get(name);
    return this.edited && (node?.foreach.some((argument) => node.inputs[argument]?.startsWith("param:")) ?? false);
  }

  /** Who made what a task could not read, because its file is damaged. */
  makersOfDamaged(name: string): string[] {
    if (this.worst(name)?.reason !== "artifact_corrupt") return [];
    return [...this.before(name)].filter((maker) => this.reads(name, maker) && !this.isOutside(maker));
  }

  waits(name: string): boolean {
    return !["all_done", "one_failed"].includes(this.#nodes.get(name)?.trigger ?? "");
  }

  /** Some tasks and all that comes after them. */
  after(first: readonly string[], goes: (name: string) => boolean): Set<string> {
    const found = new Set(first);
    for (const name of found) for (const next of this.next(name)) if (goes(next)) found.add(next);
    return found;
  }

  told(again: ReadonlySet<string>, whole: ReadonlySet<string>, refused: string | null = null): Again {
    const items = new Map<string, number>();
    for (const name of again) {
      const rows = this.rows(name);
      if (!whole.has(name) && !this.hasOtherItems(name) && rows.some(({ map_index }) => map_index !== null)) items.set(name, rows.filter(({ state }) => state !== "succeeded" && state !== "skipped").length);
    }
    const rest = this.names.filter((name) => !again.has(name));
    const kept = rest.filter((name) => !this.isOutside(name) && this.rows(name).some(({ state }) => state === "succeeded" || state === "warning"));
    return {
      runs: this.names.filter((name) => again.has(name) && !this.isOutside(name)), items, kept, left: rest.filter((name) => !kept.includes(name)), refused,
      handlers: this.graph.tasks.filter(({ name, role }) => role !== "task" && !this.isOutside(name)).map(({ name }) => name),
    };
  }
}

/** What a retry of the whole run runs again, and those of them that begin from scratch: what they read may be different then. */
function unfinished(known: Known): [again: Set<string>, whole: Set<string>] {
  const again = new Set(known.names.filter((name) => UNFINISHED.includes(known.state(name) ?? "created")));
  const whole = new Set<string>();
  for (const maker of [...again].flatMap((name) => known.makersOfDamaged(name))) {
    if (again.has(maker)) continue;
    again.add(maker);
    whole.add(maker);
  }
  const waiting = [...again];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    for (const after of known.next(name)) {
      if (known.isOutside(after) || whole.has(after)) continue;
      if (!again.has(after) && known.state(after) === "succeeded" && !known.reads(after, name)) continue;
      again.add(after);
      whole.add(after);
      waiting.push(after);
    }
  }
  return [again, whole];
}

/** Why a task can't begin: the ancestor that did not end well by itself. */
function blocked(known: Known, name: string): string | null {
  if (!known.waits(name)) return null;
  for (const before of known.before(name)) {
    const state = known.state(before);
    if (state === undefined || USABLE.has(state)) continue;
    const cause = causeOf(known, before, new Set());
    return `${cause} before it has no usable output, it ${WORDS[known.state(cause) ?? "created"] ?? "did not end"}: retry from ${cause}, or the whole run.`;
  }
  return null;
}

const WORDS: Partial<Record<TaskState, string>> = { failed: "failed", cancelled: "was cancelled", upstream_failed: "never ran" };

function causeOf(known: Known, name: string, seen: Set<string>): string {
  seen.add(name);
  for (const before of known.before(name)) {
    const state = known.state(before);
    if (!seen.has(before) && (state === "failed" || state === "cancelled" || state === "upstream_failed")) return causeOf(known, before, seen);
  }
  return name;
}

function put<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
