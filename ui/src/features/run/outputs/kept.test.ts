import { expect, it } from "vitest";
import { keptOf } from "./kept";

it("tells how the project keeps an output, as the run recorded it; nothing of what Penstock keeps", () => {
  expect(keptOf({ kind: "dataset", value: { type: "pandas.CSVDataset", path: "a.csv", version: null, format: "csv" } })).toEqual({ type: "pandas.CSVDataset", path: "a.csv", version: null, format: "csv" });
  expect(keptOf({ kind: "dataset", value: null })).toEqual({ type: null, path: null, version: null, format: null });
  expect(keptOf({ kind: "table", value: { path: "a" } })).toBeNull();
});
