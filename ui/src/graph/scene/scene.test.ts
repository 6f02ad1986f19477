import { describe, expect, it } from "vitest";
import { layOut } from "../layout/layout";
import { chance } from "../layout/sample";
import { find } from "./find";
import { figuresOf, lineOf, linesOf } from "./figures";
import { groupKeys, waysOf } from "./grouping";
import { PLAIN, type SceneOptions } from "./options";
import { largeGraph, sampleGraph, sampleRun, sampleTask, sampleTaskRun } from "./sample";
import { planOf, sceneOf, type Scene } from "./scene";
import { step, waysThrough } from "./ways";

const shop = sampleGraph(
  [
    sampleTask("sold", { tags: ["load"] }), sampleTask("etl.paid", { tags: ["clean"] }), sampleTask("etl.kept", { tags: ["clean"] }),
    sampleTask("report", { foreach: ["country"] }), sampleTask("tidy", { role: "finally", outputs: [] }),
  ],
  { "etl.paid": ["sold"], "etl.kept": ["etl.paid"], report: ["etl.kept", "sold"] },
  { tidy: ["report"] },
);
shop.params.push({ id: "param:day", name: "day", consumers: ["sold"] });
shop.edges.push({ source: "param:day", target: "task:sold", kind: "data" });

const scene = (more: Partial<SceneOptions> = {}) => sceneOf(shop, { ...PLAIN, ...more });
const ids = (of: Scene) => of.nodes.map((node) => node.id);
const links = (of: Scene) => of.edges.map((edge) => `${of.nodes[edge.source]!.id} ${edge.kind === "data" ? "->" : "..>"} ${of.nodes[edge.target]!.id}`);

describe("a scene", () => {
  it("has tasks with what they make; params only when asked for", () => {
    expect(ids(scene())).toEqual([
      "task:sold", "dataset:sold", "task:etl.paid", "dataset:etl.paid", "task:etl.kept", "dataset:etl.kept", "task:report", "dataset:report", "task:tidy",
    ]);
    expect(ids(scene({ params: true }))[0]).toBe("param:day");
    expect(links(scene({ params: true }))).toContain("param:day -> task:sold");
  });

  it("leads from task to task where datasets are not drawn", () => {
    expect(links(scene({ datasets: false })).sort()).toEqual([
      "task:etl.kept -> task:report", "task:etl.paid -> task:etl.kept", "task:report ..> task:tidy", "task:sold -> task:etl.paid", "task:sold -> task:report",
    ]);
  });

  it("draws no order where data says it", () => {
    const both = sampleGraph([sampleTask("a"), sampleTask("b")], { b: ["a"] }, { b: ["a"] });
    expect(links(sceneOf(both, PLAIN))).toEqual(["task:a -> dataset:a", "dataset:a -> task:b", "task:b -> dataset:b"]);
  });

  it("puts tasks of a namespace into a box, with what is only read there; names say it no more", () => {
    const grouped = scene({ groupBy: "namespace" });
    expect(grouped.groups).toEqual([{ key: "etl", tasks: ["etl.paid", "etl.kept"] }]);
    const inside = grouped.nodes.filter((node) => node.group === 0);
    expect(inside.map((node) => node.id)).toEqual(["task:etl.paid", "dataset:etl.paid", "task:etl.kept"]);
    expect(inside[0]!.title).toBe("paid");
  });

  it("folds a group to one node that keeps all ways in and out", () => {
    const folded = scene({ groupBy: "namespace", folded: new Set(["etl"]) });
    expect(ids(folded)).toEqual(["task:sold", "dataset:sold", "group:etl", "dataset:etl.kept", "task:report", "dataset:report", "task:tidy"]);
    expect(links(folded)).toEqual(expect.arrayContaining(["dataset:sold -> group:etl", "group:etl -> dataset:etl.kept"]));
    expect(folded.nodes[2]).toMatchObject({ kind: "group", note: "2 tasks", tasks: ["etl.paid", "etl.kept"] });
  });

  it("knows which ways of grouping make sense", () => {
    expect(waysOf(shop)).toEqual(["namespace", "tag"]);
    expect(groupKeys(shop, "tag")).toEqual(["load", "clean"]);
    expect(waysOf(sampleGraph([sampleTask("a"), sampleTask("b.c")], {}))).toEqual([]);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))("has each edge once, none to itself, all between nodes that are there, whatever is folded (%i)", (seed) => {
    const next = chance(seed);
    const graph = largeGraph(5 + Math.floor(next() * 60), 90, seed);
    const groupBy = next() < 0.5 ? "namespace" : "tag";
    const folded = new Set(groupKeys(graph, groupBy).filter(() => next() < 0.5));
    const made = sceneOf(graph, { ...PLAIN, groupBy, folded, datasets: next() < 0.5 });
    const pairs = made.edges.map((edge) => `${edge.source} ${edge.target}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    for (const edge of made.edges) {
      expect(edge.source).not.toBe(edge.target);
      expect(made.nodes[edge.source]).toBeDefined();
      expect(made.nodes[edge.target]).toBeDefined();
    }
    expect(made.nodes.flatMap((node) => node.tasks).sort()).toEqual(graph.tasks.map((task) => task.name).sort());
    const layout = layOut(planOf(made, "right"));
    expect(layout.x.length).toBe(made.nodes.length);
    expect([...layout.x, ...layout.points].every(Number.isFinite)).toBe(true);
  });
});

describe("figures", () => {
  const now = Date.parse("2026-03-01T08:01:00Z");
  const item = (i: number, state: "succeeded" | "running" | "failed") =>
    sampleTaskRun("report", {
      map_index: i, state, started_at: `2026-03-01T08:00:1${i}.000000Z`, ended_at: state === "running" ? null : `2026-03-01T08:00:2${i}.000000Z`,
      outputs: state === "succeeded" ? [{ dataset: "report", kind: "table", bytes: 1024, rows: 600, columns: null }] : [],
    });
  const figureOf = (id: string, run = sampleRun([]), of = scene()) => {
    const v = of.index.get(id)!;
    const figure = figuresOf(of, run)[v]!;
    return { ...figure, line: lineOf(of.nodes[v]!, figure, now) };
  };

  it("say what a task does, how long, which try", () => {
    const running = sampleTaskRun("sold", { state: "running", started_at: "2026-03-01T08:00:48.000000Z", progress: { done: 3, total: 4 } });
    expect(figureOf("task:sold", sampleRun([running]))).toMatchObject({ state: "running", progress: 0.75, line: "running · 12 s" });
    const failed = sampleTaskRun("sold", { state: "failed", duration: 2.5, attempts: [{}, {}] as never });
    expect(figureOf("task:sold", sampleRun([failed]))).toMatchObject({ line: "failed · 2.50 s · try 2" });
  });

  it("count items on their task, and sum what they made", () => {
    const run = sampleRun([sampleTaskRun("report"), item(0, "succeeded"), item(1, "succeeded"), item(2, "running")]);
    expect(figureOf("task:report", run)).toMatchObject({ state: "running", done: 2, total: 3, line: "2/3 · 50 s" });
    expect(figureOf("dataset:report", run)).toMatchObject({ made: true, rows: 1200, line: "1,200 rows · 2.0 kB" });
    const over = sampleRun([item(0, "succeeded"), item(1, "failed")]);
    expect(figureOf("task:report", over)).toMatchObject({ state: "failed", duration: 11, line: "2/2 · 1 failed · 11.0 s" });
  });

  it("leave out what matters least where there is little room", () => {
    const lines = (id: string, run: ReturnType<typeof sampleRun>) => {
      const v = scene().index.get(id)!;
      return linesOf(scene().nodes[v]!, figuresOf(scene(), run)[v]!, now);
    };
    const failed = sampleRun([sampleTaskRun("sold", { state: "failed", duration: 2.5, attempts: [{}, {}] as never })]);
    expect(lines("task:sold", failed)).toEqual(["failed · 2.50 s · try 2", "2.50 s · try 2", "try 2"]);
    expect(lines("task:report", sampleRun([item(0, "succeeded"), item(1, "failed")]))).toEqual(["2/2 · 1 failed · 11.0 s", "2/2 · 1 failed", "2/2"]);
    expect(lines("dataset:report", sampleRun([item(0, "succeeded")]))).toEqual(["600 rows · 1.0 kB", "600 rows"]);
  });

  it("sum a folded group, and say without a run what a definition says", () => {
    const folded = scene({ groupBy: "namespace", folded: new Set(["etl"]) });
    const run = sampleRun([sampleTaskRun("etl.paid", { state: "succeeded" }), sampleTaskRun("etl.kept", { state: "upstream_failed" })]);
    expect(figureOf("group:etl", run, folded)).toMatchObject({ state: "upstream_failed", done: 2, total: 2, counts: { succeeded: 1, upstream_failed: 1 } });
    const [task, last] = [scene().nodes[6]!, scene().nodes[8]!];
    const none = figuresOf(scene(), undefined);
    expect(lineOf(task, none[6]!, now)).toBe("for each country");
    expect(lineOf(last, none[8]!, now)).toBe("always, last");
  });

  it("never change a size or a place", () => {
    const before = planOf(scene(), "right");
    figuresOf(scene(), sampleRun([item(0, "failed")]));
    expect(planOf(scene(), "right")).toEqual(before);
  });
});

describe("ways", () => {
  const plain = scene();
  const named = (set: Uint8Array) => plain.nodes.filter((_, v) => set[v]).map((node) => node.id);

  it("through a node are all before it and all after it, and nothing beside", () => {
    const ways = waysThrough(plain, plain.index.get("task:etl.paid")!);
    expect(named(ways.nodes)).toEqual([
      "task:sold", "dataset:sold", "task:etl.paid", "dataset:etl.paid", "task:etl.kept", "dataset:etl.kept", "task:report", "dataset:report", "task:tidy",
    ]);
    const side = plain.edges.findIndex((edge) => plain.nodes[edge.source]!.id === "dataset:sold" && plain.nodes[edge.target]!.id === "task:report");
    expect(ways.edges[side]).toBe(0);
  });

  it("lead along edges by arrow keys, and back", () => {
    const layout = layOut(planOf(plain, "right"));
    const sold = plain.index.get("task:sold")!;
    const next = step(plain, layout, sold, "ArrowRight", true);
    expect(plain.nodes[next]!.id).toBe("dataset:sold");
    expect(step(plain, layout, next, "ArrowLeft", true)).toBe(sold);
    expect(step(plain, layout, sold, "ArrowLeft", true)).toBe(sold);
  });

  it("lead to what is found by words of its name", () => {
    expect(find(shop, "PAID").map((hit) => hit.id)).toEqual(["task:etl.paid", "dataset:etl.paid"]);
    expect(find(shop, "report").map((hit) => hit.kind)).toEqual(["task", "dataset"]);
    expect(find(shop, "etl k").map((hit) => hit.name)).toEqual(["etl.kept", "etl.kept"]);
    expect(find(shop, "  ")).toEqual([]);
  });
});
