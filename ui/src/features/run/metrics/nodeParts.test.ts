import { expect, test } from "vitest";
import { partOf, partsOf } from "./nodeParts";
import type { Figure } from "./series";

const figure = (name: string, task: string, last: number): Figure =>
  ({ key: `${name}/${task}`, name, task, mapIndex: null, label: null, unit: "s", dots: [], last, least: last, most: last });
const tasks = [{ name: "clean", kind: "kedro" }, { name: "train", kind: "kedro" }, { name: "own", kind: "python" }];

test("parts of nodes stand together, what takes longest first", () => {
  const { nodes, others } = partsOf(tasks, [figure("function_seconds", "clean", 1), figure("load_seconds", "clean", 0.5), figure("function_seconds", "train", 4), figure("loss", "train", 9)]);
  expect(nodes).toEqual([
    { task: "train", load: 0, function: 4, save: 0, total: 4 },
    { task: "clean", load: 0.5, function: 1, save: 0, total: 1.5 },
  ]);
  expect(others.map(({ name }) => name)).toEqual(["loss"]);
});

test("figures of these names that other tasks report are theirs", () => {
  expect(partsOf(tasks, [figure("load_seconds", "own", 1), figure("save_seconds", "gone", 1)])).toMatchObject({ nodes: [], others: [{ task: "own" }, { task: "gone" }] });
});

test("a part has a word and a time of its own", () => {
  expect(partOf("kedro", { name: "load_seconds", value: 0.015 })).toEqual(["Load", "15 ms"]);
  expect(partOf("python", { name: "load_seconds", value: 0.015 })).toBeNull();
  expect(partOf("kedro", { name: "loss", value: 1 })).toBeNull();
});
