import { describe, expect, test } from "vitest";
import { type Graph, type PastTask, replayOf, retryOf } from "./again";
import type { TaskState } from "./states";

/** Tasks by what they read: each makes a dataset of its name. */
function graphOf(reads: Record<string, string[]>, order: [string, string][] = [], roles: Record<string, "finally" | "on_failure"> = {}): Graph {
  const names = Object.keys(reads);
  return {
    tasks: names.map((name) => ({ name, role: roles[name] ?? "task", outputs: [name], trigger: "all_succeeded", foreach: [], inputs: {} })),
    edges: [
      ...names.map((name) => ({ source: `task:${name}`, target: `dataset:${name}`, kind: "data" as const })),
      ...names.flatMap((name) => reads[name]!.map((dataset) => ({ source: `dataset:${dataset}`, target: `task:${name}`, kind: "data" as const }))),
      ...order.map(([before, after]) => ({ source: `task:${before}`, target: `task:${after}`, kind: "order" as const })),
    ],
  };
}

function past(states: Record<string, TaskState | TaskState[]>): PastTask[] {
  return Object.entries(states).flatMap(([name, state]) => {
    const one = (each: TaskState, map_index: number | null): PastTask => ({ name, map_index, state: each, reason: null, outputs: each === "succeeded" ? [{ dataset: name }] : [] });
    return typeof state === "string" ? [one(state, null)] : state.map(one);
  });
}

// raw -> clean -> split, clean -> report; check is alone.
const GRAPH = graphOf({ raw: [], clean: ["raw"], split: ["clean"], report: ["clean"], check: [] });

describe("a retry of the whole run", () => {
  test("runs what failed and what never ran, and keeps the rest", () => {
    const { runs, kept, refused } = retryOf(GRAPH, past({ raw: "succeeded", clean: "failed", split: "upstream_failed", report: "upstream_failed", check: "succeeded" }), null);
    expect([runs, kept, refused]).toEqual([["clean", "split", "report"], ["raw", "check"], null]);
  });
  test("a cancelled task beside the failed one runs again too", () => {
    expect(retryOf(GRAPH, past({ raw: "succeeded", clean: "failed", split: "upstream_failed", report: "upstream_failed", check: "cancelled" }), null).runs).toContain("check");
  });
  test("a finished task runs again where it read from one that does, not where it only came after it", () => {
    const graph = graphOf({ a: [], reads: ["a"], after: [] }, [["a", "after"]]);
    expect(retryOf(graph, past({ a: "warning", reads: "succeeded", after: "succeeded" }), null).runs).toEqual(["a", "reads"]);
  });
  test("of a fan-out only the items that did not end well; all of them when what it goes over is made anew", () => {
    const graph = graphOf({ list: [], each: ["list"], sum: ["each"] });
    const retry = retryOf(graph, past({ list: "succeeded", each: ["succeeded", "failed", "cancelled", "skipped"], sum: "upstream_failed" }), null);
    expect([retry.runs, retry.items.get("each")]).toEqual([["each", "sum"], 2]);
    const anew = retryOf(graph, past({ list: "warning", each: ["succeeded", "failed"], sum: "upstream_failed" }), null);
    expect([anew.runs, anew.items.size]).toEqual([["list", "each", "sum"], 0]);
  });
  test("with other params a fan-out over one of them runs whole", () => {
    const graph = graphOf({ each: [] });
    const over: Graph = { ...graph, tasks: graph.tasks.map((task) => ({ ...task, foreach: ["city"], inputs: { city: "param:cities" } })) };
    const tasks = past({ each: ["succeeded", "failed"] });
    expect(retryOf(over, tasks, null).items.get("each")).toBe(1);
    expect(retryOf(over, tasks, null, true).items.size).toBe(0);
  });
  test("clean-up runs in any case, and what lay outside of the slice stays outside", () => {
    const graph = graphOf({ a: [], b: ["a"], tidy: [] }, [], { tidy: "finally" });
    const tasks = past({ a: "failed", tidy: "succeeded" });
    tasks.push({ name: "b", map_index: null, state: "skipped", reason: "slice", outputs: [] });
    expect(retryOf(graph, tasks, null)).toMatchObject({ runs: ["a"], kept: [], left: ["b"], handlers: ["tidy"] });
  });
});

describe("a retry from a task", () => {
  const over = past({ raw: "succeeded", clean: "succeeded", split: "failed", report: "succeeded", check: "failed" });
  test("runs that one and all that comes after it, and leaves the rest as it ended", () => {
    expect(retryOf(GRAPH, over, "clean")).toMatchObject({ runs: ["clean", "split", "report"], kept: ["raw"], left: ["check"], refused: null });
  });
  test("is refused where an ancestor has nothing that can be read, and names the first cause", () => {
    const failed = past({ raw: "failed", clean: "upstream_failed", split: "upstream_failed", report: "upstream_failed", check: "succeeded" });
    expect(retryOf(GRAPH, failed, "split").refused).toContain("raw before it has no usable output, it failed");
    expect(retryOf(GRAPH, failed, "raw").refused).toBeNull();
    expect(retryOf(GRAPH, failed, "nothing").refused).toContain("nothing");
  });
});

describe("a replay", () => {
  test("whole runs everything", () => {
    expect(replayOf(GRAPH, past({ raw: "succeeded", clean: "failed" }), null).runs).toEqual(["raw", "clean", "split", "report", "check"]);
  });
  test("from a task takes what was finished before it; what was not runs too, with all that comes after", () => {
    const going = past({ raw: "succeeded", clean: "succeeded", split: "succeeded", report: "succeeded", check: "running" });
    expect(replayOf(GRAPH, going, "split")).toMatchObject({ runs: ["split", "check"], kept: ["raw", "clean", "report"] });
    expect(replayOf(GRAPH, past({ raw: "warning", clean: "succeeded", split: "succeeded", report: "succeeded", check: "succeeded" }), "split").runs).toEqual(["raw", "clean", "split", "report"]);
  });
  test("of another version runs what is new, or makes more than it made", () => {
    const tasks = past({ raw: "succeeded", clean: "succeeded" });
    const later: Graph = graphOf({ raw: [], clean: ["raw"], fresh: ["raw"] });
    expect(replayOf(later, tasks, "clean").runs).toEqual(["clean", "fresh"]);
    const more = { ...later, tasks: later.tasks.map((task) => (task.name === "raw" ? { ...task, outputs: ["raw", "extra"] } : task)) };
    expect(replayOf(more, tasks, "clean").runs).toEqual(["raw", "clean", "fresh"]);
  });
});

test("what runs, what is kept and what is left are all tasks, each once, whatever happened to them", () => {
  const states: TaskState[] = ["succeeded", "failed", "upstream_failed", "cancelled", "skipped", "warning", "running", "created"];
  for (let seed = 0; seed < 400; seed++) {
    const of = (place: number) => states[Math.floor(seed / 3 ** place) % states.length]!;
    const tasks = past(Object.fromEntries(["raw", "clean", "split", "report", "check"].map((name, place) => [name, of(place)])));
    for (const told of [retryOf(GRAPH, tasks, null), retryOf(GRAPH, tasks, "clean"), replayOf(GRAPH, tasks, "clean"), replayOf(GRAPH, tasks, null)]) {
      expect([...told.runs, ...told.kept, ...told.left].sort()).toEqual(["check", "clean", "raw", "report", "split"]);
    }
  }
});
