import { describe, expect, it } from "vitest";
import { firstNode } from "./first";

const WINDOW = { width: 800, height: 500 };

function drawn(places: readonly (readonly [x: number, y: number])[], states: readonly ("succeeded" | "failed" | "running" | null)[] = [], selected = -1) {
  return {
    layout: { x: Float32Array.from(places, ([x]) => x), y: Float32Array.from(places, ([, y]) => y) },
    right: true, figures: places.map((_, v) => ({ state: states[v] ?? null })), selected,
  };
}

describe("what is looked at first", () => {
  const sparse = [[80, 40], [80, 3_000], [300, 3_060], [300, 3_120], [80, 3_200], [2_000, 100], [2_000, 160], [2_000, 220], [2_000, 280], [2_000, 340]] as const;

  it("is never an empty corner: where the flow begins, the place with the most nodes", () => {
    expect([1, 4]).toContain(firstNode(drawn(sparse), WINDOW));
    const down = drawn(sparse.map(([x, y]) => [y, x] as const));
    expect([1, 4]).toContain(firstNode({ ...down, right: false }, { width: 500, height: 800 }));
  });

  it("is what is selected, else what failed, else what runs", () => {
    expect(firstNode(drawn(sparse, ["succeeded", "running", "failed"], 5), WINDOW)).toBe(5);
    expect(firstNode(drawn(sparse, ["succeeded", "running", "failed"]), WINDOW)).toBe(2);
    expect(firstNode(drawn(sparse, ["succeeded", "running"]), WINDOW)).toBe(1);
  });

  it("is nothing where nothing is", () => expect(firstNode(drawn([]), WINDOW)).toBe(-1));
});
