import { describe, expect, it } from "vitest";
import { layOut } from "../layout/layout";
import { chance } from "../layout/sample";
import { find } from "./find";
import { figuresOf, lineOf, linesOf } from "./figures";
import { groupingOf, waysOf } from "./grouping";
import { PLAIN, type SceneOptions } from "./options";
import { largeGraph, sampleDataset, sampleGraph, sampleRun, sampleTask, sampleTaskRun } from "./sample";
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
    expect(grouped.groups).toEqual([{ key: "etl", title: "etl", parent: -1, tasks: ["etl.paid", "etl.kept"] }]);
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
    expect(groupingOf(shop, "tag").keys).toEqual(["load", "clean"]);
    expect(waysOf(sampleGraph([sampleTask("a"), sampleTask("b.c")], {}))).toEqual([]);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))("has each edge once, none to itself, all between nodes that are there, whatever is folded (%i)", (seed) => {
    const next = chance(seed);
    const graph = largeGraph(5 + Math.floor(next() * 60), 90, seed);
    const groupBy = next() < 0.5 ? "namespace" : "tag";
    const folded = new Set(groupingOf(graph, groupBy).keys.filter(() => next() < 0.5));
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

describe("namespaces within namespaces", () => {
  const task = (name: string, namespace: string | null, outputs: string[]) => sampleTask(name, { kind: "kedro", facts: namespace === null ? {} : { namespace }, outputs });
  const nested = sampleGraph(
    [
      task("a.b.one", "a.b", ["a.b.made"]), task("a.b.two", "a.b", ["a.seen"]), task("a.three", "a", ["a.kept"]), task("four", "long.way", ["long.way.end"]),
      task("dots.in.a.name", null, []),
    ],
    { "a.b.two": ["a.b.made"], "a.three": ["a.seen"], four: ["a.kept"], "dots.in.a.name": ["a.kept"] },
  );
  nested.datasets.push(sampleDataset("given", null, ["a.b.one", "a.three"]), sampleDataset("a.b.inner", null, ["a.b.one"]));
  nested.edges.push(...["a.b.one", "a.three"].map((name) => ({ source: "dataset:given", target: `task:${name}`, kind: "data" as const })));
  const shown = (folded: string[] = []) => sceneOf(nested, { ...PLAIN, groupBy: "namespace", folded: new Set(folded) });
  const placeOf = (of: Scene) => Object.fromEntries(of.nodes.map((node) => [node.title, of.groups[node.group]?.key ?? null]));

  it("make boxes in boxes; the definition's word counts, not dots; a box around a single box is none", () => {
    expect(shown().groups.map(({ key, title, parent }) => [key, title, parent])).toEqual([["a", "a", -1], ["a.b", "b", 0], ["long.way", "long.way", -1]]);
    expect(placeOf(shown())).toEqual({
      given: "a", inner: "a.b", one: "a.b", made: "a.b", two: "a.b", seen: "a", three: "a", "a.kept": null, four: "long.way", end: "long.way", "dots.in.a.name": null,
    });
    expect(shown().groups[0]!.tasks).toEqual(["a.b.one", "a.b.two", "a.three"]);
  });

  it("fold level by level", () => {
    expect(placeOf(shown(["a.b"]))).toMatchObject({ b: "a", seen: "a", three: "a" });
    expect(shown(["a.b"]).groups.map((group) => group.key)).toEqual(["a", "long.way"]);
    const outer = shown(["a", "a.b"]);
    expect(outer.nodes[0]).toMatchObject({ id: "group:a", note: "3 tasks", group: -1 });
    expect(links(outer)).toEqual(["group:a -> dataset:a.kept", "dataset:a.kept -> task:four", "dataset:a.kept -> task:dots.in.a.name", "task:four -> dataset:long.way.end"]);
  });

  it("are laid out with all that lies in them", () => {
    const [of, layout] = [shown(), layOut(planOf(shown(), "right"))];
    of.nodes.forEach(({ group, width }, v) => {
      for (let g = group; g >= 0; g = of.groups[g]!.parent) {
        expect(layout.x[v]! - width / 2).toBeGreaterThan(layout.box[4 * g]!);
        expect(layout.x[v]! + width / 2).toBeLessThan(layout.box[4 * g + 2]!);
      }
    });
  });
});

describe("datasets of a project", () => {
  const made = sampleGraph([sampleTask("clean", { outputs: ["tidy", "seen"] }), sampleTask("train", { outputs: ["model"] })], { train: ["tidy"] });
  made.datasets[0] = { ...made.datasets[0]!, layer: "primary", type: "pandas.ParquetDataset" };
  made.datasets[2] = { ...made.datasets[2]!, layer: "models", type: "pickle.PickleDataset" };
  made.datasets.push(sampleDataset("raw", null, ["clean"], { layer: "raw", type: "pandas.CSVDataset" }));
  made.edges.push({ source: "dataset:raw", target: "task:clean", kind: "data" });

  it("are drawn where the pipeline is given them, with how they are kept, and do not wait to be made", () => {
    const of = sceneOf(made, PLAIN);
    expect(of.nodes[0]).toMatchObject({ id: "dataset:raw", given: true, layer: "raw", note: "CSV" });
    expect(links(of)[0]).toBe("task:clean -> dataset:tidy");
    expect(links(of)).toContain("dataset:raw -> task:clean");
    const figures = figuresOf(of, sampleRun([sampleTaskRun("clean")]));
    expect(figures.map(({ made: there }) => there).slice(0, 3)).toEqual([true, false, false]);
    expect(lineOf(of.nodes[0]!, figures[0]!, 0)).toBe("CSV");
    const [read] = figuresOf(of, { ...sampleRun([]), given: [{ dataset: "raw", bytes: 2000, rows: 10 }] });
    expect(lineOf(of.nodes[0]!, read!, 0)).toBe("10 rows · 2.0 kB");
  });

  it("are not drawn when no dataset is, and lead nowhere then", () => {
    expect(links(sceneOf(made, { ...PLAIN, datasets: false }))).toEqual(["task:clean -> task:train"]);
  });

  it("say no size where none is known", () => {
    const of = sceneOf(made, PLAIN);
    const output = (dataset: string, bytes: number | null, rows: number | null) => ({ dataset, kind: "dataset", bytes, rows, columns: null }) as never;
    const run = sampleRun([sampleTaskRun("clean", { state: "succeeded", outputs: [output("tidy", null, 12), output("seen", null, null)] })]);
    const lines = figuresOf(of, run).map((figure, v) => lineOf(of.nodes[v]!, figure, 0));
    expect(lines.slice(2, 4)).toEqual(["12 rows", ""]);
  });

  it("put themselves and their makers into layers", () => {
    expect(waysOf(made)).toEqual(["layer"]);
    const of = sceneOf(made, { ...PLAIN, groupBy: "layer" });
    expect(of.nodes.map((node) => [node.name, of.groups[node.group]?.key])).toEqual([
      ["raw", "raw"], ["clean", "primary"], ["tidy", "primary"], ["seen", "primary"], ["train", "models"], ["model", "models"],
    ]);
    expect(sceneOf(made, { ...PLAIN, groupBy: "layer", datasets: false }).groups.map((group) => group.key)).toEqual(["primary", "models"]);
    expect(sceneOf(made, { ...PLAIN, groupBy: "layer", folded: new Set(["raw"]) }).nodes[0]).toMatchObject({ id: "group:raw", note: "datasets" });
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
    const failed = sampleTaskRun("sold", { state: "failed", duration: 2.5, attempts: [{ generation: 1 }, { generation: 1 }] as never });
    expect(figureOf("task:sold", sampleRun([failed]))).toMatchObject({ line: "failed · 2.5 s · try 2" });
  });

  it("count items on their task, and sum what they made", () => {
    const run = sampleRun([sampleTaskRun("report"), item(0, "succeeded"), item(1, "succeeded"), item(2, "running")]);
    expect(figureOf("task:report", run)).toMatchObject({ state: "running", done: 2, total: 3, line: "2/3 · 50 s" });
    expect(figureOf("dataset:report", run)).toMatchObject({ made: true, rows: 1200, line: "1,200 rows · 2.0 kB" });
    const over = sampleRun([item(0, "succeeded"), item(1, "failed")]);
    expect(figureOf("task:report", over)).toMatchObject({ state: "failed", duration: 11, line: "2/2 · 1 failed · 11.0 s" });
    const again = sampleTaskRun("report", { map_index: 2, state: "succeeded", generation: 2, started_at: "2026-03-03T08:00:00.000000Z", ended_at: "2026-03-03T08:00:05.000000Z" });
    expect(figureOf("task:report", sampleRun([item(0, "succeeded"), item(1, "succeeded"), again]))).toMatchObject({ duration: 16, line: "3/3 · 16.0 s" });
  });

  it("leave out what matters least where there is little room", () => {
    const lines = (id: string, run: ReturnType<typeof sampleRun>) => {
      const v = scene().index.get(id)!;
      return linesOf(scene().nodes[v]!, figuresOf(scene(), run)[v]!, now);
    };
    const failed = sampleRun([sampleTaskRun("sold", { state: "failed", duration: 2.5, attempts: [{ generation: 1 }, { generation: 1 }] as never })]);
    expect(lines("task:sold", failed)).toEqual(["failed · 2.5 s · try 2", "2.5 s · try 2", "try 2"]);
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
