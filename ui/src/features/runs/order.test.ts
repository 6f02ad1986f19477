import { describe, expect, it } from "vitest";
import { columnsIn, columnsOf, USUAL } from "./columns";
import { leastWidth } from "./RunsTable";
import { dropped, shifted, withColumn } from "./order";

describe("the order of columns", () => {
  it("is that of their keys; unknown ones are left out, and none at all means the usual ones", () => {
    expect(columnsOf(["error", "state", "colour", "error"]).map(({ key }) => key)).toEqual(["error", "state"]);
    expect(columnsOf(["colour"]).map(({ key }) => key)).toEqual(USUAL);
  });

  it("has as many of the usual ones as a window has room for, and all that somebody chose", () => {
    for (const width of [1920, 1560, 1440, 1400, 1280, 1200, 1024, 941, 940, 768]) {
      const side = width > 940 ? 208 : 0; // of the window, beside the table
      const shown = columnsIn(width, USUAL);
      expect(shown.map(({ key }) => key)).toContain("error");
      expect(leastWidth(shown), `${width}`).toBeLessThanOrEqual(width - side);
    }
    expect(columnsIn(800, ["labels", "id"]).map(({ key }) => key)).toEqual(["labels", "id"]);
  });

  it("changes by one place, and stops at the ends", () => {
    expect(shifted(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
    expect(shifted(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(shifted(["a", "b", "c"], "c", 1)).toEqual(["a", "b", "c"]);
    expect(shifted(["a", "b"], "z", 1)).toEqual(["a", "b"]);
  });

  it("changes by dropping one on another, from either side", () => {
    expect(dropped(["a", "b", "c", "d"], "a", "c")).toEqual(["b", "c", "a", "d"]);
    expect(dropped(["a", "b", "c", "d"], "d", "b")).toEqual(["a", "d", "b", "c"]);
    expect(dropped(["a", "b"], "a", "a")).toEqual(["a", "b"]);
    expect(dropped(["a", "b"], "z", "a")).toEqual(["a", "b"]);
  });

  it("takes a new one in after its usual neighbour", () => {
    expect(withColumn(["d", "b"], "c", ["a", "b", "c", "d"])).toEqual(["d", "b", "c"]);
    expect(withColumn(["d", "b"], "a", ["a", "b", "c", "d"])).toEqual(["a", "d", "b"]);
  });
});
