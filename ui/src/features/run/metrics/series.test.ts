import { expect, test } from "vitest";
import { figuresOf, nearest, roundUp, thinned, usageOf, type MetricPoint } from "./series";

const start = Date.parse("2026-03-01T10:00:00Z");
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const sample = (seconds: number, cpu_seconds: number, rss_bytes = 0, read_bytes = 0) =>
  ({ at: at(seconds), cpu_seconds, rss_bytes, read_bytes, written_bytes: 0 });

test("totals become rates, memory stays", () => {
  const usage = usageOf([sample(1, 0, 100), sample(3, 3, 250, 4096), sample(4, 2.5, 200, 4096)], start);
  expect(usage.cpu).toEqual([{ x: 3, y: 1.5 }, { x: 4, y: 0 }]);
  expect(usage.read).toEqual([{ x: 3, y: 2048 }, { x: 4, y: 0 }]);
  expect(usage.memory).toEqual([{ x: 1, y: 100 }, { x: 3, y: 250 }, { x: 4, y: 200 }]);
});

test("two samples of one moment divide by nothing", () => {
  expect(usageOf([sample(1, 0), sample(1, 5)], start).cpu).toEqual([]);
  expect(usageOf([], start).memory).toEqual([]);
});

const point = (more: Partial<MetricPoint>): MetricPoint =>
  ({ task: "train", map_index: null, label: null, generation: 1, attempt: 1, name: "loss", value: 1, unit: null, at: at(0), ...more });

test("figures by name and task; an attempt that was tried again does not count", () => {
  const figures = figuresOf([
    point({ value: 9 }),
    point({ attempt: 2, value: 0.5, at: at(3) }),
    point({ attempt: 2, value: 0.7, at: at(2), unit: "nats" }),
    point({ name: "accuracy", value: 0.9 }),
    point({ map_index: 1, label: "b" }),
    point({ map_index: 0, label: "a" }),
  ], start);
  expect(figures.map(({ name, mapIndex }) => [name, mapIndex])).toEqual([["accuracy", null], ["loss", null], ["loss", 0], ["loss", 1]]);
  expect(figures[1]).toMatchObject({ last: 0.5, least: 0.5, most: 0.7, dots: [{ x: 2, y: 0.7 }, { x: 3, y: 0.5 }] });
});

test("the top of an axis is round", () => {
  expect([0.03, 1, 1.1, 7, 23, 100, 0, NaN].map((value) => roundUp(value))).toEqual([0.05, 1, 2, 10, 25, 100, 1, 1]);
});

test("thinning keeps peaks and order", () => {
  const dots = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x === 7_777 ? 99 : Math.sin(x) }));
  const few = thinned(dots, 300);
  expect(few.length).toBeLessThanOrEqual(300);
  expect(few).toContainEqual({ x: 7_777, y: 99 });
  expect(few.every((dot, place) => place === 0 || dot.x > (few[place - 1]?.x ?? 0))).toBe(true);
});

test("the nearest dot", () => {
  const dots = [{ x: 0, y: 1 }, { x: 10, y: 2 }, { x: 20, y: 3 }];
  expect([-5, 4, 6, 15.1, 99].map((x) => nearest(dots, x)?.x)).toEqual([0, 0, 10, 20, 20]);
  expect(nearest([], 3)).toBeUndefined();
});
