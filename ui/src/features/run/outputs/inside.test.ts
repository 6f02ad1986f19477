import { describe, expect, it } from "vitest";
import { insideOf, kindWord, sizeText } from "./inside";

const LOOK = { dataset: "orders", map_index: null, kind: "file", columns: [{ name: "x", type: "int64" }], rows: [[1]], offset: 0, total: 100, text: null, cut: false };

describe("a look into a file", () => {
  it("tells rows and columns of a table", () => {
    expect(insideOf({ kind: "file" }, LOOK)).toEqual({ rows: 100, columns: LOOK.columns, cut: false });
    expect(insideOf({ kind: "file" }, { ...LOOK, total: null })?.rows).toBe(1);
  });

  it("says nothing of a text, before it is there, and of tables that the list tells of", () => {
    expect(insideOf({ kind: "file" }, { ...LOOK, rows: null, columns: null, text: "x" })).toBeNull();
    expect(insideOf({ kind: "file" }, undefined)).toBeNull();
    expect(insideOf({ kind: "table" }, LOOK)).toBeNull();
  });

  it("is counted in words", () => {
    expect(sizeText(5_000, 1)).toBe("5,000 rows × 1 column");
    expect(sizeText(1, 100, true)).toBe("1 row × 100+ columns");
    expect([sizeText(3, null), sizeText(null, 3)]).toEqual(["3 rows", ""]);
  });
});

it("a file is called by what is in it", () => {
  const word = (media_type: string, more = {}) => kindWord({ kind: "file", media_type, picture: false, ...more });
  expect(word("application/vnd.apache.parquet")).toBe("parquet");
  expect(word("text/csv; charset=utf-8")).toBe("csv");
  expect(word("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")).toBe("excel");
  expect(word("text/plain; charset=utf-8")).toBe("text");
  expect(word("application/octet-stream")).toBe("file");
  expect(word("image/png", { picture: true })).toBe("picture");
  expect(word("application/vnd.apache.arrow.file", { kind: "table" })).toBe("table");
});
