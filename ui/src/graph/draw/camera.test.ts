import { describe, expect, it } from "vitest";
import { begin, beginAgain, between, directionFor, fit, fits, held, lookAt, reveal, SCALE, zoomAt } from "./camera";

const WINDOW = { width: 1000, height: 600 };

describe("a camera", () => {
  it("fits a small picture at its own size, in the middle", () => {
    expect(fit({ width: 400, height: 200 }, WINDOW)).toEqual({ scale: 1, x: 300, y: 186 });
  });

  it("leaves room at the foot for what stands there", () => {
    const picture = { width: 400, height: 2_000 };
    const at = fit(picture, WINDOW);
    expect(at.y).toBeGreaterThan(20);
    expect(at.y + picture.height * at.scale).toBeLessThan(WINDOW.height - 50);
    const low = begin({ width: 400, height: 9_000 }, WINDOW, { x: 200, y: 9_000 });
    expect(low.y + 9_000 * low.scale).toBeLessThan(WINDOW.height - 50);
  });

  it("begins with all of a picture that can be read so", () => {
    for (const picture of [{ width: 1100, height: 300 }, { width: 2090, height: 300 }]) expect(begin(picture, WINDOW, { x: 90, y: 90 })).toEqual(fit(picture, WINDOW));
    expect(fits({ width: 2090, height: 300 }, WINDOW)).toBe(true);
    expect(fits({ width: 2110, height: 300 }, WINDOW)).toBe(false);
  });

  it("never begins so small that nothing can be read; what matters is in view then", () => {
    const picture = { width: 30_000, height: 9_000 };
    expect(fit(picture, WINDOW).scale).toBeLessThan(0.1);
    const at = begin(picture, WINDOW, { x: 20_000, y: 4_000 });
    expect(at.scale).toBeGreaterThanOrEqual(SCALE.readable);
    expect(at.x + 20_000 * at.scale).toBeCloseTo(500);
    expect(at.y + 4_000 * at.scale).toBeCloseTo(300);
    const start = begin(picture, WINDOW, null);
    expect([start.x, start.y].every((edge) => edge > 0 && edge < 60)).toBe(true);
  });

  it("begins a little smaller where nothing is cut to the sides then", () => {
    const tall = { width: 1_350, height: 4_000 };
    const at = begin(tall, WINDOW, { x: 1_200, y: 40 });
    expect(at.scale).toBeCloseTo(944 / 1_350);
    expect([at.x, at.x + tall.width * at.scale]).toEqual([28, expect.closeTo(972)]);
    expect(begin({ width: 1_600, height: 4_000 }, WINDOW, null).scale).toBe(SCALE.readable);
    expect(begin({ width: 900, height: 4_000 }, WINDOW, null).scale).toBe(SCALE.readable);
  });

  it("begins again for another window, unless that would take somebody away from where they look", () => {
    const beside = { width: 600, height: 600 };
    const focus = { x: 1_500, y: 150 };
    const wide = { width: 2_000, height: 300 };
    const whole = begin(wide, WINDOW, null);
    expect(beginAgain(whole, wide, beside, focus, false)).toEqual(begin(wide, beside, focus));
    expect(beginAgain(begin(wide, beside, focus), wide, WINDOW, null, false)).toEqual(whole);
    const endless = { width: 30_000, height: 9_000 };
    const near = begin(endless, WINDOW, { x: 20_000, y: 4_000 });
    expect(beginAgain(near, endless, beside, focus, true)).toEqual(begin(endless, beside, focus));
    expect(beginAgain(near, endless, beside, focus, false)).toBeNull();
  });

  it("sees more of a chain from top to bottom, and of a fan from left to right", () => {
    const chain = { right: { width: 2_450, height: 46 }, down: { width: 180, height: 844 } };
    const fan = { right: { width: 1_000, height: 6_400 }, down: { width: 19_000, height: 380 } };
    expect(directionFor(chain.right, chain.down, WINDOW)).toBe("down");
    expect(directionFor(fan.right, fan.down, WINDOW)).toBe("right");
    expect(directionFor({ width: 700, height: 46 }, { width: 180, height: 300 }, WINDOW)).toBe("right");
  });

  it("keeps the place under the pointer while it zooms, and its bounds", () => {
    const camera = { x: -300, y: 40, scale: 0.5 };
    const zoomed = zoomAt(camera, { x: 200, y: 100 }, 1.7);
    expect((200 - zoomed.x) / zoomed.scale).toBeCloseTo((200 + 300) / 0.5);
    expect((100 - zoomed.y) / zoomed.scale).toBeCloseTo((100 - 40) / 0.5);
    expect(zoomAt(camera, { x: 0, y: 0 }, 1e6).scale).toBe(SCALE.most);
    expect(zoomAt(camera, { x: 0, y: 0 }, 1e-6, 0.2).scale).toBe(0.2);
  });

  it("never loses the picture", () => {
    for (const [x, y] of [[-1e6, 0], [1e6, 0], [0, -1e6], [0, 1e6]] as const) {
      const at = held({ x, y, scale: 0.5 }, { width: 800, height: 800 }, WINDOW);
      expect(at.x).toBeLessThan(WINDOW.width);
      expect(at.x + 400).toBeGreaterThan(0);
      expect(at.y).toBeLessThan(WINDOW.height);
      expect(at.y + 400).toBeGreaterThan(0);
    }
  });

  it("moves only for what is out of view, and no further than needed", () => {
    const camera = { x: 0, y: 0, scale: 1 };
    expect(reveal(camera, { left: 100, top: 100, right: 200, bottom: 150 }, WINDOW)).toEqual(camera);
    expect(reveal(camera, { left: 1200, top: 100, right: 1300, bottom: 150 }, WINDOW)).toEqual({ scale: 1, x: -324, y: 0 });
  });

  it("looks at a place from near enough to read", () => {
    const at = lookAt({ x: 0, y: 0, scale: 0.05 }, { x: 5_000, y: 2_000 }, WINDOW);
    expect(at.scale).toBeGreaterThan(SCALE.readable);
    expect([at.x + 5_000 * at.scale, at.y + 2_000 * at.scale]).toEqual([500, 300]);
  });

  it("glides from one place to the other and arrives", () => {
    const [from, to] = [{ x: 0, y: 0, scale: 0.1 }, { x: -900, y: 50, scale: 1 }];
    expect(between(from, to, 0)).toEqual(from);
    const end = between(from, to, 1);
    expect(end.x).toBeCloseTo(to.x);
    expect(end.scale).toBeCloseTo(to.scale);
    const scales = Array.from({ length: 20 }, (_, i) => between(from, to, i / 19).scale);
    expect(scales).toEqual(scales.toSorted((a, b) => a - b));
  });
});
