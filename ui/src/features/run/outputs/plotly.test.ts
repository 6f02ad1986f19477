import { describe, expect, it } from "vitest";
import { keptOf } from "./kept";
import { drawingOf } from "./plotly";

const packed = (values: readonly number[]) => ({ dtype: "f8", bdata: btoa(String.fromCharCode(...new Uint8Array(new Float64Array(values).buffer))) });

describe("a figure of Plotly's", () => {
  it("is lines and points with names and axes", () => {
    const drawing = drawingOf({
      data: [{ type: "scatter", mode: "lines+markers", name: "a", x: [1, 2], y: [3, null], line: { color: "red" } }, { mode: "markers", name: "b", x: [1], y: packed([4.5]) }],
      layout: { title: { text: "<b>Sold</b><br>by day" }, xaxis: { title: { text: "day" } }, yaxis: { title: "sold", type: "log" } },
    });
    expect(drawing).toEqual({
      title: "Sold by day", axes: { x: { name: "day", type: "value" }, y: { name: "sold", type: "log" } },
      series: [{ type: "line", name: "a", data: [[1, 3], [2, null]], color: "red" }, { type: "scatter", name: "b", data: [[1, 4.5]] }],
    });
  });

  it("is bars, standing, lying and stacked, by categories", () => {
    const bars = drawingOf({ data: [{ type: "bar", x: ["p", "q"], y: [1, 2] }], layout: { barmode: "stack" } });
    expect(bars?.axes?.x).toEqual({ name: "", type: "category", categories: ["p", "q"] });
    expect(bars?.series[0]).toMatchObject({ type: "bar", data: [["p", 1], ["q", 2]], stack: "all" });
    const lying = drawingOf({ data: [{ type: "bar", orientation: "h", x: [1, 2], y: ["p", "q"] }] });
    expect([lying?.axes?.x.type, lying?.axes?.y.type]).toEqual(["value", "category"]);
  });

  it("counts what falls into each bin", () => {
    const counts = drawingOf({ data: [{ type: "histogram", x: [1, 1, 1, 2, 9] }] })?.series[0]?.data.map((pair) => (pair as number[])[1]);
    expect(counts?.reduce((sum, count) => sum! + count!, 0)).toBe(5);
    expect(drawingOf({ data: [{ type: "histogram", x: ["a", "b", "a"] }] })?.series[0]?.data).toEqual([["a", 2], ["b", 1]]);
  });

  it("knows days from words", () => {
    expect(drawingOf({ data: [{ x: ["2026-03-01", "2026-03-02 08:00"], y: [1, 2] }] })?.axes?.x.type).toBe("time");
  });

  it("is a pie, and a heat map also of packed rows", () => {
    expect(drawingOf({ data: [{ type: "pie", labels: ["a", "b"], values: [1, 2] }] })?.series[0]?.data).toEqual([{ name: "a", value: 1 }, { name: "b", value: 2 }]);
    const heat = drawingOf({ data: [{ type: "heatmap", x: ["l", "r"], z: { ...packed([1, 2, 3, 4]), shape: "2, 2" } }] });
    expect(heat).toMatchObject({ range: [1, 4], axes: { x: { categories: ["l", "r"] }, y: { categories: ["0", "1"] } } });
    expect(heat?.series[0]?.data).toEqual([[0, 0, 1], [1, 0, 2], [0, 1, 3], [1, 1, 4]]);
  });

  it.each([
    null, {}, { data: [] }, { data: [{ type: "sankey" }] }, { data: [{ type: "scatter3d" }] }, { data: [1] },
    { data: [{ x: [1], y: [1] }, { x: [1], y: [1], xaxis: "x2" }] }, { data: [{ type: "pie", values: [1] }, { x: [1], y: [1] }] },
  ])("is not drawn by halves (%j)", (figure) => {
    expect(drawingOf(figure)).toBeNull();
  });
});

describe("how the project keeps an output", () => {
  it("is what the run recorded; nothing of what Penstock keeps", () => {
    expect(keptOf({ kind: "dataset", value: { type: "pandas.CSVDataset", path: "a.csv", version: null, format: "csv" } })).toEqual({ type: "pandas.CSVDataset", path: "a.csv", version: null, format: "csv" });
    expect(keptOf({ kind: "dataset", value: null })).toEqual({ type: null, path: null, version: null, format: null });
    expect(keptOf({ kind: "table", value: { path: "a" } })).toBeNull();
  });
});
