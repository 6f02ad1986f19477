import { describe, expect, it } from "vitest";
import { inSight, ROW } from "./rows";

const HEIGHT = 11 * ROW; // a head and ten rows

describe("how far a table is scrolled for a row", () => {
  it("stays where the row is seen whole", () => {
    for (const index of [5, 9, 14]) expect(inSight(index, 5 * ROW, HEIGHT, "row")).toBe(5 * ROW);
  });

  it("goes no further than it has to, from row to row", () => {
    expect(inSight(4, 5 * ROW, HEIGHT, "row")).toBe(4 * ROW);
    expect(inSight(15, 5 * ROW, HEIGHT, "row")).toBe(6 * ROW);
    expect(inSight(14, 5 * ROW - 1, HEIGHT, "row")).toBe(5 * ROW);
  });

  it("has the row in the middle for who comes from elsewhere, or at the top when it was above", () => {
    expect(inSight(4, 5 * ROW, HEIGHT, "elsewhere")).toBe(4 * ROW);
    expect(inSight(40, 0, HEIGHT, "elsewhere")).toBe(36 * ROW);
  });
});
