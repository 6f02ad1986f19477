import { expect, test } from "vitest";
import { Reader } from "./reader";

function reading(total: number, viewport = 600): Reader {
  const reader = new Reader(20);
  reader.resize(viewport);
  reader.grow(total);
  return reader;
}

test("draws what is seen and some beyond, where it belongs", () => {
  const reader = reading(1_000);
  reader.scrolled(2_010);
  expect(reader.place).toEqual({ index: 100, offset: 10 });
  expect(reader.shown()).toEqual({ first: 84, last: 147, y: 1_680 });
  expect(reading(0).shown().last).toBe(-1);
});

test("new lines do not move what is read", () => {
  const reader = reading(1_000);
  reader.scrolled(2_010);
  const before = reader.shown();
  reader.grow(1_500);
  expect(reader.shown()).toEqual(before);
  expect(reader.top).toBe(2_010);
});

test("the end is followed until somebody scrolls up, and again from the end on", () => {
  const reader = reading(1_000);
  reader.follows = true;
  reader.grow(1_001);
  expect(reader.top).toBe(1_001 * 20 - 600);
  reader.scrolled(reader.top - 100);
  expect(reader.follows).toBe(false);
  reader.grow(2_000);
  expect(reader.top).toBe(1_001 * 20 - 700);
  reader.scrolled(reader.scale.end);
  expect(reader.follows).toBe(true);
});

test("a log too high for the bar moves by pixels, and the bar is put right when the hand rests", () => {
  const reader = reading(10_000_000);
  reader.showInMiddle(5_000_000);
  const { place, top } = reader;
  reader.scrolled(top + 100);
  expect((reader.place.index - place.index) * 20 + reader.place.offset - place.offset).toBeCloseTo(100);
  const shown = reader.shown();
  const seen = shown.y - reader.top;
  reader.settle();
  expect(reader.shown().first).toBe(shown.first);
  expect(reader.shown().y - reader.top).toBeCloseTo(seen);
  expect(reader.top).not.toBe(top + 100);
});

test("a far drag of the bar jumps, and its end is the end", () => {
  const reader = reading(10_000_000);
  reader.scrolled(reader.scale.end / 2);
  expect(Math.abs(reader.place.index - 5_000_000)).toBeLessThan(100);
  reader.scrolled(reader.scale.end);
  expect(reader.atEnd).toBe(true);
});

test("wrapped lines: heights that become known do not move what is read", () => {
  const reader = reading(1_000);
  reader.wrap(true);
  reader.showInMiddle(500);
  const { place } = reader;
  expect(reader.measure([[480, 60], [490, 100], [470, 20]])).toBe(true);
  expect(reader.place).toEqual(place);
  const { first, y } = reader.shown();
  expect(first).toBe(place.index - 16);
  expect(y).toBe(reader.top - place.offset - 16 * 20 - (place.index > 480 ? 40 : 0));
  expect(reader.measure([[480, 60]])).toBe(false);
});

test("wrapped lines at the end: the last one reaches the lower edge", () => {
  const reader = reading(1_000);
  reader.wrap(true);
  reader.follows = true;
  reader.toEnd();
  reader.measure([[999, 500], [998, 200]]);
  expect(reader.place).toEqual({ index: 998, offset: 100 });
  expect(reader.top).toBeCloseTo(reader.scale.end);
});

test("wrapped lines: scrolling by pixels goes on at the end of the bar", () => {
  const reader = reading(100);
  reader.wrap(true);
  reader.measure(Array.from({ length: 100 }, (_, at) => [at, 80] as const));
  let turns = 0;
  for (; !reader.atEnd && turns < 1_000; turns += 1) reader.scrolled(Math.min(reader.scale.end, reader.top + 100));
  expect(turns).toBeGreaterThan(70);
  expect(turns).toBeLessThan(110);
});

test("late lines above shift the place with its line", () => {
  const reader = reading(1_000);
  reader.scrolled(2_010);
  reader.shift(3);
  expect(reader.place).toEqual({ index: 103, offset: 10 });
  expect(reader.top).toBe(2_070);
});
