import { describe, expect, it } from "vitest";
import { type Figure, figureOf, type Plane } from "./figure";
import type { Bars, Cells, Line, Mark } from "./marks";
import { pictureOf, stopBeside, stopsAt } from "./picture";

const packed = (values: readonly number[]) => ({ dtype: "f8", bdata: btoa(String.fromCharCode(...new Uint8Array(new Float64Array(values).buffer))) });

function read(json: unknown): Figure {
  const figure = figureOf(json);
  if ("refused" in figure) throw new Error(`refused: ${figure.refused.join()}`);
  return figure;
}
const planes = (figure: Figure) => figure.panels.filter((panel): panel is Plane => panel.kind === "plane");
const marks = (json: unknown): Mark[] => planes(read(json)).flatMap((panel) => panel.marks);
const bars = (json: unknown) => marks(json) as Bars[];

describe("a figure of Plotly's", () => {
  it("is lines and points with names and axes", () => {
    const figure = read({
      data: [{ type: "scatter", mode: "lines+markers", name: "a", x: [1, 2], y: [3, null], line: { color: "red" } }, { mode: "markers", name: "b", x: [1], y: packed([4.5]) }],
      layout: { title: { text: "<b>Sold</b><br>by day" }, xaxis: { title: { text: "day" } }, yaxis: { title: "sold", type: "log" } },
    });
    expect(figure.title).toBe("Sold by day");
    expect([figure.axes.get("x")?.title, figure.axes.get("y")?.kind, figure.axes.get("y")?.title]).toEqual(["day", "log", "sold"]);
    expect(planes(figure)[0]?.marks).toMatchObject([{ kind: "line", color: "red", xs: [1, 2], ys: [3, NaN] }, { kind: "points" }, { kind: "points", name: "b", ys: [4.5] }]);
    expect(figure.legend.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("is bars, standing, lying, beside and on one another", () => {
    const two = [{ type: "bar", x: ["p", "q"], y: [1, 2] }, { type: "bar", x: ["p", "q"], y: [3, 4] }];
    const [one, other] = bars({ data: two, layout: { barmode: "stack" } });
    expect([one?.from, one?.to, other?.from, other?.to]).toEqual([[0, 0], [1, 2], [1, 2], [4, 6]]);
    const [left, right] = bars({ data: two });
    expect(left!.ends[0]).toBeCloseTo(right!.starts[0]!);
    const lying = read({ data: [{ type: "bar", orientation: "h", x: [1, 2], y: ["p", "q"] }] });
    expect([lying.axes.get("x")?.kind, lying.axes.get("y")?.categories]).toEqual(["linear", ["p", "q"]]);
    expect(lying.axes.get("x")?.extent[0]).toBe(0);
  });

  it("counts each value in one bin, and traces of a panel in the same bins", () => {
    const [one, other] = bars({ data: [{ type: "histogram", x: [1, 1, 1, 2, 9] }, { type: "histogram", x: [4, 11] }], layout: { barmode: "overlay" } });
    expect(one?.to.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(one?.starts).toEqual(other?.starts);
    expect(bars({ data: [{ type: "histogram", x: ["a", "b", "a"] }] })[0]?.to).toEqual([2, 1]);
    expect(bars({ data: [{ type: "histogram", x: ["a", "b", "a"], y: [1, 5, 2], histfunc: "sum" }] })[0]?.to).toEqual([3, 5]);
    expect(bars({ data: [{ type: "histogram", x: [7, 7] }] })[0]?.to).toEqual([2]);
  });

  it("has error bars: as long as told, or a share, on one side or both, and says them with the value", () => {
    const shown = (more: object) => marks({ data: [{ type: "scatter", mode: "markers", x: [1, 2], y: [10, 20], ...more }] });
    const [bar, points] = shown({ error_y: { type: "data", array: [1, 2], arrayminus: [3, 4] } });
    expect(bar).toMatchObject({ kind: "errors", letter: "y", places: [1, 2], from: [7, 16], to: [11, 22] });
    expect(points).toMatchObject({ kind: "points", words: ["+1 −3", "+2 −4"] });
    expect(shown({ error_y: { array: [1, null] } })).toMatchObject([{ from: [9, NaN], to: [11, NaN] }, { words: ["± 1", ""] }]);
    expect(shown({ error_x: { type: "percent", value: 50 } })[0]).toMatchObject({ letter: "x", places: [10, 20], from: [0.5, 1], to: [1.5, 3] });
    expect(shown({ error_y: { type: "constant", value: 5, valueminus: 1 } })[0]).toMatchObject({ from: [9, 19], to: [15, 25] });
    expect(shown({ error_y: { array: [1, 2], visible: false } }).map(({ kind }) => kind)).toEqual(["points"]);
  });

  it("has room for error bars, on bars too; on a log axis one that reaches below zero goes to the foot", () => {
    const figure = read({ data: [{ type: "bar", x: ["p"], y: [4], error_y: { type: "data", array: [20] } }] });
    expect(figure.axes.get("y")!.extent[1]).toBeGreaterThanOrEqual(24);
    expect(figure.left).toEqual([]);
    const log = read({ data: [{ x: [1, 2], y: [1, 10], mode: "markers", error_y: { type: "data", array: [2, 2] } }], layout: { yaxis: { type: "log" } } });
    const picture = pictureOf(log, 600, 400, new Set());
    const { shapes, frame } = picture.panels[0]!;
    expect(shapes[0]!.d.match(/V/g)).toHaveLength(4);
    expect(shapes[0]!.d).toContain(`V${frame.bottom.toFixed(1).replace(".0", "")}`);
    const half = read({ data: [{ x: [1], y: [1], mode: "markers", error_y: { type: "data", array: [2], arrayminus: [], symmetric: false } }] });
    expect(pictureOf(half, 600, 400, new Set()).panels[0]!.shapes[0]!.d.match(/V/g)).toHaveLength(1);
    expect(read({ data: [{ type: "box", y: [1, 2, 3], error_y: { array: [1] } }] }).left).toEqual(["error bars"]);
  });

  it("has boxes from values and from quartiles", () => {
    const [one] = marks({ data: [{ type: "box", y: [1, 2, 3, 4, 5, 100], name: "w" }] });
    expect(one).toMatchObject({ kind: "boxes", lying: false, boxes: [{ middle: 3.5, q1: 2.25, q3: 4.75, low: 1, high: 5, outside: [100] }] });
    expect(marks({ data: [{ type: "box", q1: [1], median: [2], q3: [3], lowerfence: [0], upperfence: [9] }] })[0]).toMatchObject({ boxes: [{ low: 0, middle: 2, high: 9 }] });
  });

  it("knows days from words, and what stands on one another", () => {
    expect(read({ data: [{ x: ["2026-03-01", "2026-03-02 08:00"], y: [1, 2] }] }).axes.get("x")?.kind).toBe("time");
    const [, upper] = marks({ data: [{ x: [1, 2], y: [1, 1], stackgroup: "a" }, { x: [2, 3], y: [5, 5], stackgroup: "a" }] }) as Line[];
    expect([upper?.xs, upper?.back?.ys, upper?.ys]).toEqual([[1, 2, 3], [1, 1, 0], [1, 6, 5]]);
  });

  it("is a pie whose slices add up, and a heat map also of packed rows", () => {
    const pie = read({ data: [{ type: "pie", labels: ["a", "b", "a"], values: [1, 2, 3] }] }).panels[0];
    expect(pie).toMatchObject({ kind: "pie", slices: [{ label: "a", value: 4 }, { label: "b", value: 2 }] });
    const heat = read({ data: [{ type: "heatmap", x: ["l", "r"], z: { ...packed([1, 2, 3, 4]), shape: "2, 2" } }] });
    expect(heat.ramp).toMatchObject({ low: 1, high: 4 });
    expect((planes(heat)[0]!.marks[0] as Cells).rows).toEqual([[1, 2], [3, 4]]);
  });

  it("is pictures side by side, in their frames, with axes that go together", () => {
    const figure = read({
      data: [{ y: [1, 2] }, { y: [3, 40], xaxis: "x2", yaxis: "y2" }, { type: "pie", values: [1], domain: { x: [0, 0.4], y: [0, 0.4] } }],
      layout: { xaxis: { domain: [0, 0.4] }, xaxis2: { domain: [0.6, 1] }, yaxis: { domain: [0.6, 1] }, yaxis2: { domain: [0.6, 1], matches: "y" } },
    });
    expect(figure.panels.map(({ kind }) => kind)).toEqual(["plane", "plane", "pie"]);
    expect(figure.axes.get("y")?.extent).toEqual(figure.axes.get("y2")?.extent);
    const [left, right, pie] = pictureOf(figure, 800, 600, new Set()).panels;
    expect(left!.frame.right).toBeLessThan(right!.frame.left);
    expect(pie!.frame.top).toBeGreaterThan(left!.frame.bottom);
  });

  it("has a second axis on the right of the same frame", () => {
    const figure = read({ data: [{ y: [1, 2] }, { y: [100, 200], yaxis: "y2" }], layout: { yaxis: { domain: [0, 0.5] }, yaxis2: { overlaying: "y", side: "right" } } });
    expect(figure.axes.get("y2")).toMatchObject({ over: true, side: "right", frame: [0, 0.5] });
  });

  it("draws the parts that it can and names the others; alone they are refused by name", () => {
    const scene = { layout: { xaxis: { domain: [0, 0.4] }, scene: { domain: { x: [0.6, 1], y: [0, 1] } } } };
    expect(read({ data: [{ y: [1] }, { type: "scatter3d" }], ...scene }).panels[1]).toMatchObject({ kind: "unknown", type: "scatter3d" });
    expect(figureOf({ data: [{ type: "sankey" }, { y: [1] }] })).toEqual({ refused: ["sankey"] });
    expect(read({ data: [{ y: [1], mode: "markers+text", text: ["a"] }] }).left).toEqual(["words at points"]);
  });

  it.each([null, {}, { data: [] }, { data: [1] }, { data: "x" }])("is refused when it is none (%j)", (json) => {
    expect(figureOf(json)).toEqual({ refused: [] });
  });

  it("lets no colour through that names an address", () => {
    expect(marks({ data: [{ y: [1, 2], line: { color: "url(https://elsewhere.example/x)" } }] })[0]?.color).toMatch(/^var\(/);
  });
});

describe("a picture", () => {
  const odd = [NaN, null, "", "x", -1, 0, 1e308, -1e308, "2026-01-01", {}, [], undefined];
  const kinds = ["scatter", "bar", "histogram", "box", "heatmap", "pie"];

  it("has only finite places, whatever a file holds", () => {
    let state = 1;
    const chance = (of: number) => (state = (state * 48271) % 2147483647) % of;
    for (let round = 0; round < 400; round++) {
      const values = () => Array.from({ length: chance(6) }, () => (chance(2) === 0 ? chance(100) : odd[chance(odd.length)]));
      const trace = () => ({ type: kinds[chance(kinds.length)], x: values(), y: values(), z: [values(), values()], values: values(), labels: values(), orientation: ["h", "v"][chance(2)], fill: ["tozeroy", "tonexty"][chance(2)] });
      const figure = figureOf({ data: Array.from({ length: 1 + chance(3) }, trace), layout: { xaxis: { type: [undefined, "log", "date", "category"][chance(4)] }, yaxis: { type: [undefined, "log"][chance(2)] }, barmode: ["stack", "group"][chance(2)] } });
      if ("refused" in figure) continue;
      const { panels } = pictureOf(figure, 640, 400, new Set());
      const outlines = panels.flatMap(({ shapes, grid, ground }) => [...shapes.map(({ d }) => d), grid, ground]).join("");
      expect(outlines).not.toMatch(/NaN|Infinity|undefined/);
      expect(panels.flatMap(({ stops }) => stops).every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    }
  });

  const drawn = (json: unknown, hidden: string[] = []) => pictureOf(read(json), 800, 500, new Set(hidden));
  const lines = { data: [{ name: "a", mode: "lines", x: [1, 2, 3], y: [1, 5, 2] }, { name: "b", mode: "lines", x: [1, 2, 3], y: [10, 20, 30] }] };

  it("tells what is below the pointer, and other lines at the same place", () => {
    const picture = drawn(lines);
    const stop = picture.panels[0]!.stops[1]!;
    expect(stopsAt(picture, stop.x + 2, stop.y).map(({ name, lines: [value] }) => `${name} ${value}`)).toEqual(["a 5", "b 20"]);
    const pie = drawn({ data: [{ type: "pie", labels: ["a", "b"], values: [3, 1] }] });
    const slice = pie.panels[0]!.stops[1]!;
    expect(stopsAt(pie, slice.x, slice.y)[0]?.title).toBe("b");
    expect(stopsAt(pie, 2, 2)).toEqual([]);
  });

  it("lets keys go along a line and from one line to the other", () => {
    const { stops } = drawn(lines).panels[0]!;
    expect(stopBeside(stops, -1, "next")).toBe(0);
    expect(stopBeside(stops, 0, "next")).toBe(1);
    expect(stops[stopBeside(stops, 1, "down")]).toMatchObject({ name: "b", title: "2" });
    expect(stopBeside(stops, 5, "next")).toBe(5);
  });

  it("gives the room of what is switched off to the others", () => {
    const [all, one] = [drawn(lines), drawn(lines, ["trace 1"])];
    expect(one.panels[0]!.stops).toHaveLength(3);
    expect(one.panels[0]!.stops[1]!.y).toBeLessThan(all.panels[0]!.stops[1]!.y);
  });

  it("draws ten thousand points as one outline", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => at);
    expect(drawn({ data: [{ mode: "markers", x: many, y: many }] }).panels[0]!.shapes).toHaveLength(1);
  });
});
