import { beforeEach, expect, it, vi } from "vitest";
import { PLAIN } from "../../graph/scene/options";
import { sampleGraph, sampleTask } from "../../graph/scene/sample";
import { comingLayout, knownLayout, knownScene } from "./known";

const WISH = { ...PLAIN, direction: null };

function chain(tasks: number) {
  const names = Array.from({ length: tasks }, (_, i) => `task_${i}`);
  return sampleGraph(names.map((name) => sampleTask(name)), Object.fromEntries(names.slice(1).map((name, i) => [name, [names[i]!]])));
}

beforeEach(() => void vi.stubGlobal("window", { innerWidth: 1280, innerHeight: 800 }));

it("a chain flows down where nobody has chosen, and stays so when its window or what is drawn changes", async () => {
  const graph = chain(8);
  const scene = knownScene(graph, WISH);
  expect(knownLayout(graph, scene, null)).toBeNull();
  const first = await comingLayout(graph, scene, null);
  expect(first.direction).toBe("down");
  expect(knownLayout(graph, scene, null)).toBe(first);
  vi.stubGlobal("window", { innerWidth: 6_000, innerHeight: 400 });
  expect(await comingLayout(graph, scene, null)).toBe(first);
  expect((await comingLayout(graph, knownScene(graph, { ...WISH, params: true }), null)).direction).toBe("down");
  const other = chain(8);
  expect((await comingLayout(other, knownScene(other, WISH), null)).direction).toBe("right");
});

it("a telephone shows a chain from top to bottom too", async () => {
  vi.stubGlobal("window", { innerWidth: 390, innerHeight: 844 });
  const graph = chain(4);
  expect((await comingLayout(graph, knownScene(graph, WISH), null)).direction).toBe("down");
});

it("a direction that somebody has chosen is the one that they get", async () => {
  const graph = chain(8);
  const scene = knownScene(graph, WISH);
  for (const direction of ["right", "down"] as const) expect((await comingLayout(graph, scene, direction)).direction).toBe(direction);
  await comingLayout(graph, scene, "right");
  expect((await comingLayout(graph, scene, null)).direction).toBe("down");
});
