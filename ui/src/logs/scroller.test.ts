import { expect, test } from "vitest";
import { around, type Extent, kept, lowest, moved, type Place, scaleOf, showing, START } from "./scroller";

const even = (total: number, viewport = 600, row = 20): Extent => ({ total, viewport, row, heightOf: () => row, even: true });
const uneven = (total: number): Extent => ({ total, viewport: 600, row: 20, heightOf: (index) => 20 * (1 + ((index * 7) % 5)), even: false });

const pixels = ({ index, offset }: Place, extent: Extent) => {
  let sum = offset;
  for (let at = 0; at < index; at += 1) sum += extent.heightOf(at);
  return sum;
};

test("a short log has one place", () => {
  expect(lowest(even(3))).toEqual(START);
  expect(moved(START, 500, even(3))).toEqual(START);
  expect(scaleOf(even(3)).end).toBe(0);
  expect(scaleOf(even(0)).placeAt(50)).toEqual(START);
});

test("the lowest place has the last line at the lower edge", () => {
  for (const extent of [even(1000), even(1000, 610), uneven(1000)]) {
    const whole = pixels({ index: 1000, offset: 0 }, extent);
    expect(pixels(lowest(extent), extent)).toBe(whole - extent.viewport);
  }
});

test("moving is by pixels, whatever the heights, and there and back is the same place", () => {
  const extent = uneven(5000);
  let place: Place = { index: 2000, offset: 3 };
  const from = pixels(place, extent);
  for (const by of [1, 55, -20, 600, -1, 1_999, -2_634]) place = moved(place, by, extent);
  expect(pixels(place, extent)).toBe(from);
  expect(place).toEqual({ index: 2000, offset: 3 });
  expect(moved(place, -1e9, extent)).toEqual(START);
  expect(moved(place, 1e9, extent)).toEqual(lowest(extent));
});

test("a log that fits an element is scrolled exactly", () => {
  const scale = scaleOf(even(100_000));
  expect(scale.exact).toBe(true);
  expect(scale.height).toBe(2_000_000);
  expect(scale.placeAt(12_345)).toEqual({ index: 617, offset: 5 });
  expect(scale.topOf({ index: 617, offset: 5 })).toBe(12_345);
});

test("every line of a log of a hundred million can be reached, and both ends are exact", () => {
  const extent = even(100_000_000);
  const scale = scaleOf(extent);
  expect(scale.exact).toBe(false);
  expect(scale.height).toBe(8_000_000);
  expect(scale.placeAt(100)).toEqual({ index: 5, offset: 0 });
  expect(scale.placeAt(scale.end)).toEqual(lowest(extent));
  expect(scale.topOf(lowest(extent))).toBeCloseTo(scale.end, 3);
  expect(scale.placeAt(scale.end - 20).index).toBe(lowest(extent).index - 1);
  for (const index of [0, 17, 4_000, 1_234_567, 50_000_000, 99_999_900]) {
    const there = scale.placeAt(scale.topOf({ index, offset: 0 }));
    expect(Math.abs(there.index - index)).toBeLessThanOrEqual(1);
  }
});

test("the bar moves down as the place does", () => {
  const extent = uneven(2_000_000);
  const scale = scaleOf(extent);
  let before = -1;
  for (let index = 0; index < 1_999_000; index += 9_973) {
    const top = scale.topOf({ index, offset: 0 });
    expect(top).toBeGreaterThan(before);
    before = top;
  }
});

test("a line that is sought is brought to the middle; one that is seen moves nothing", () => {
  const extent = even(1000);
  expect(around(500, extent)).toEqual({ index: 485, offset: 10 });
  expect(around(999, extent)).toEqual(lowest(extent));
  const place = { index: 100, offset: 0 };
  expect(showing(100, place, extent)).toBe(place);
  expect(showing(129, place, extent)).toBe(place);
  expect(showing(130, place, extent)).toEqual(around(130, extent));
  expect(showing(99, place, extent)).toEqual(around(99, extent));
});

test("a place beyond the end of a log that shrank is brought back", () => {
  expect(kept({ index: 900, offset: 0 }, even(50))).toEqual(lowest(even(50)));
});
