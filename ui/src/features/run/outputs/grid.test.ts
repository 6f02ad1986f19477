import { expect, test } from "vitest";
import { cellText, edgesOf, partsOf, seen, widthsOf } from "./grid";

test("parts cover what is looked at, and no more", () => {
  expect(partsOf([0, 30], [0, 5], 100)).toEqual([{ row: 0, column: 0 }]);
  expect(partsOf([90, 130], [250, 310], 100)).toEqual([
    { row: 0, column: 200 }, { row: 0, column: 300 }, { row: 100, column: 200 }, { row: 100, column: 300 },
  ]);
});

test("columns between two pixels", () => {
  const edges = edgesOf([100, 50, 200, 80]);
  expect(edges).toEqual([0, 100, 150, 350, 430]);
  expect(seen(edges, 0, 100)).toEqual([0, 0]);
  expect(seen(edges, 99, 351)).toEqual([0, 3]);
  expect(seen(edges, 150, 350)).toEqual([2, 2]);
  expect(seen(edges, 9_999, 10_500)).toEqual([3, 3]);
});

test("ten thousand columns are found fast", () => {
  const edges = edgesOf(new Array<number>(10_000).fill(120));
  expect(seen(edges, 600_000, 601_280)).toEqual([5_000, 5_010]);
});

test("widths follow what is there, within bounds", () => {
  const [id, text] = widthsOf(["id", "text"], ["int64", "string"], [[1, "x".repeat(500)]]);
  expect(id).toBe(72);
  expect(text).toBe(Math.ceil(40 * 7.3) + 24);
});

test("cells as text", () => {
  expect([null, "a", 1.5, true, { a: [1] }].map(cellText)).toEqual(["null", "a", "1.5", "true", '{"a":[1]}']);
  expect([0.1 + 0.2, 1 / 3, 1e-12, 123456789012].map(cellText)).toEqual(["0.3", "0.3333333333", "1e-12", "123456789012"]);
});
