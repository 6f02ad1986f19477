import { describe, expect, it } from "vitest";
import { hitAt, nodesIn } from "../../graph/draw/picture";
import { layOut } from "../../graph/layout/layout";
import { taskRuns } from "../../graph/scene/figures";
import { PLAIN } from "../../graph/scene/options";
import { largeGraph, sampleGraph, sampleRun, sampleTask, sampleTaskRun } from "../../graph/scene/sample";
import { planOf, sceneOf } from "../../graph/scene/scene";
import { frameOf, miniMapOf, needsMap } from "./minimap";
import { treeRows } from "./treeRows";

const graph = sampleGraph([sampleTask("etl.a"), sampleTask("alone"), sampleTask("etl.b", { outputs: ["one", "two"] })], { "etl.b": ["etl.a"] });
const runs = taskRuns(sampleRun([sampleTaskRun("etl.a", { state: "failed" }), sampleTaskRun("alone", { state: "succeeded" }), sampleTaskRun("etl.b", { state: "upstream_failed" })]));
const rows = (folded: string[] = [], unfolded?: string) => treeRows({ graph, runs, groupBy: "namespace", folded: new Set(folded), unfolded });

describe("the list beside the picture", () => {
  it("has groups with their tasks below, in the order of their first task", () => {
    expect(rows().map((row) => [row.level, row.title])).toEqual([[1, "etl"], [2, "a"], [2, "b"], [1, "alone"]]);
    expect(rows()[0]).toMatchObject({ kind: "group", open: true, tasks: 2, figure: { state: "failed", done: 2, total: 2 } });
  });

  it("folds as the picture does", () => {
    expect(rows(["etl"]).map((row) => [row.id, row.open])).toEqual([["group:etl", false], ["task:alone", undefined]]);
  });

  it("lists what the selected task makes", () => {
    expect(rows([], "etl.b").map((row) => row.id)).toEqual(["group:etl", "task:etl.a", "task:etl.b", "dataset:one", "dataset:two", "task:alone"]);
  });
});

describe("the list of groups within groups", () => {
  const deep = sampleGraph(["a.b.one", "a.two", "a.b.three"].map((name) => sampleTask(name)), {});
  const list = (folded: string[] = []) => treeRows({ graph: deep, runs: new Map(), groupBy: "namespace", folded: new Set(folded), unfolded: undefined });

  it("has each below the one around it, as the picture has boxes", () => {
    expect(list().map((row) => [row.level, row.title])).toEqual([[1, "a"], [2, "b"], [3, "one"], [3, "three"], [2, "two"]]);
    expect(list(["a.b"]).map((row) => row.title)).toEqual(["a", "b", "two"]);
    expect(list(["a"]).map((row) => [row.title, row.tasks])).toEqual([["a", 3]]);
  });

  it("asks the innermost box for what is below the pointer", () => {
    const scene = sceneOf(deep, { ...PLAIN, groupBy: "namespace" });
    const layout = layOut(planOf(scene, "right"));
    scene.groups.forEach((_, g) => expect(hitAt({ scene, layout }, layout.box[4 * g]! + 5, layout.box[4 * g + 1]! + 5, 24)).toEqual({ group: g }));
  });
});

describe("what stands at a place", () => {
  const scene = sceneOf(largeGraph(60, 90), { ...PLAIN, groupBy: "namespace" });
  const layout = layOut(planOf(scene, "right"));

  it("is the node whose box it is in", () => {
    scene.nodes.forEach((node, v) => {
      expect(hitAt({ scene, layout }, layout.x[v]!, layout.y[v]!, 24)).toEqual({ node: v });
      expect(hitAt({ scene, layout }, layout.x[v]! + node.width / 2 - 1, layout.y[v]!, 24)).toEqual({ node: v });
    });
  });

  it("is the head of a group above its nodes, and nothing beside the picture", () => {
    scene.groups.forEach((_, g) => expect(hitAt({ scene, layout }, layout.box[4 * g]! + 5, layout.box[4 * g + 1]! + 5, 24)).toEqual({ group: g }));
    expect(hitAt({ scene, layout }, -50, -50, 24)).toBeNull();
  });

  it("is drawn where a part of it is in view, and only then", () => {
    const view = { left: layout.width * 0.3, right: layout.width * 0.5, top: 0, bottom: layout.height };
    const seen = new Set(nodesIn({ scene, layout }, view));
    expect(seen.size).toBeGreaterThan(3);
    scene.nodes.forEach((node, v) => expect(seen.has(v)).toBe(layout.x[v]! + node.width / 2 >= view.left && layout.x[v]! - node.width / 2 <= view.right));
  });
});

describe("the small map", () => {
  const picture = { width: 8_000, height: 1_000 };
  const map = miniMapOf(picture);

  it("is needed only where a part does not fit", () => {
    expect(needsMap(picture, { x: 0, y: 0, scale: 1 }, { width: 1_000, height: 600 })).toBe(true);
    expect(needsMap(picture, { x: 0, y: 0, scale: 0.1 }, { width: 1_000, height: 600 })).toBe(false);
  });

  it("marks the part that the window shows, within the map", () => {
    const frame = frameOf(map, { x: -4_000, y: 0, scale: 1 }, { width: 1_000, height: 600 });
    expect(frame.left / map.width).toBeCloseTo(0.5, 1);
    expect(frame.width / map.width).toBeCloseTo(1 / 8, 1);
    const far = frameOf(map, { x: 900, y: 500, scale: 1 }, { width: 1_000, height: 600 });
    expect([far.left, far.top]).toEqual([0, 0]);
    expect(far.width).toBeGreaterThanOrEqual(0);
  });
});
