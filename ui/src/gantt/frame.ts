/** The part of the axis that is seen: from `from`, `perPixel` milliseconds a pixel. Pure. */
export interface Frame {
  from: number;
  perPixel: number;
}

/** Milliseconds a pixel: no closer than a hundredth, no further than a hundred times the whole. */
const CLOSEST = 0.01;
/** Pixels kept free on both sides of the whole. */
const MARGIN = { left: 12, right: 72 } as const;

/** The whole length of a run in a width. */
export function fitFrame(length: number, width: number): Frame {
  const perPixel = Math.max(CLOSEST, length / Math.max(40, width - MARGIN.left - MARGIN.right));
  return { from: -MARGIN.left * perPixel, perPixel };
}

/** As long as a run that goes on is drawn: some more than now, and the same for a while, so that nothing shifts all the time. */
export function roomFor(elapsed: number): number {
  const least = 1_000;
  if (elapsed <= least * 0.9) return least;
  const steps = Math.ceil(Math.log(elapsed / (least * 0.9)) / Math.log(1.5));
  return least * 1.5 ** steps;
}

export function zoomFrame(frame: Frame, x: number, factor: number, length: number, width: number): Frame {
  const furthest = Math.max(fitFrame(length, width).perPixel, frame.perPixel * Math.min(1, factor));
  const perPixel = Math.min(furthest, Math.max(CLOSEST, frame.perPixel / factor));
  return heldFrame({ from: frame.from + x * (frame.perPixel - perPixel), perPixel }, length, width);
}

export function panFrame(frame: Frame, pixels: number, length: number, width: number): Frame {
  return heldFrame({ from: frame.from - pixels * frame.perPixel, perPixel: frame.perPixel }, length, width);
}

/** Keeps a part of the run in sight. */
function heldFrame(frame: Frame, length: number, width: number): Frame {
  const keep = 80 * frame.perPixel;
  const [least, most] = [Math.min(-MARGIN.left * frame.perPixel, keep - width * frame.perPixel), Math.max(-MARGIN.left * frame.perPixel, length - keep)];
  return { from: Math.min(most, Math.max(least, frame.from)), perPixel: frame.perPixel };
}

/** Moves as little as needed for a stretch to be in sight; its begin, where it is longer than what is seen. */
export function revealFrame(frame: Frame, from: number, to: number, width: number): Frame {
  const [left, right] = [frame.from + 24 * frame.perPixel, frame.from + (width - 60) * frame.perPixel];
  if (from >= left && to <= right) return frame;
  const shift = from < left || to - from > right - left ? from - left : to - right;
  return { from: frame.from + shift, perPixel: frame.perPixel };
}
