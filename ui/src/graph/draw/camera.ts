import type { Direction } from "../layout/plan";

/** Where one looks from: a place in the picture stands on the screen at `place * scale + (x, y)`. Pure. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/**
 * `whole`: down to it names can still be read, so that a picture may begin there; `readable`: all of a node can; `across`: down to
 * it a picture may begin that fits the window in one direction then, so that nothing of it is cut there.
 */
export const SCALE = { least: 0.004, whole: 0.45, across: 0.65, readable: 0.8, most: 2.5 } as const;
const PAD = 28;
/** At the foot stand the counts of states and the small map. */
const FOOT = 56;

/** The whole picture in the window, in its middle; never larger than it is. */
export function fit(picture: Size, window: Size): Camera {
  const room = { width: window.width - 2 * PAD, height: window.height - PAD - FOOT };
  const scale = Math.max(SCALE.least, Math.min(1, room.width / Math.max(1, picture.width), room.height / Math.max(1, picture.height)));
  return { scale, x: (window.width - picture.width * scale) / 2, y: PAD + (room.height - picture.height * scale) / 2 };
}

/** Whether all of a picture can be shown so that its names can be read. */
export function fits(picture: Size, window: Size): boolean {
  return fit(picture, window).scale >= SCALE.whole;
}

/** The direction in which more can be seen of a picture whose layouts have these sizes; to the right, as one reads, where both are alike. */
export function directionFor(right: Size, down: Size, window: Size): Direction {
  return fit(down, window).scale > fit(right, window).scale ? "down" : "right";
}

/** Where to begin: all of it where it can be read so, else at a readable scale with what matters (or the start) in view. */
export function begin(picture: Size, window: Size, focus: { x: number; y: number } | null): Camera {
  if (fits(picture, window)) return fit(picture, window);
  const across = Math.max((window.width - 2 * PAD) / picture.width, (window.height - PAD - FOOT) / picture.height);
  const scale = across >= SCALE.across ? Math.min(SCALE.readable, across) : SCALE.readable;
  const side = (extent: number, room: number, after: number, at: number | undefined) => {
    if (extent * scale <= room - PAD - after) return PAD + (room - PAD - after - extent * scale) / 2;
    const wanted = at === undefined ? PAD : room / 2 - at * scale;
    return Math.min(PAD, Math.max(room - after - extent * scale, wanted));
  };
  return { scale, x: side(picture.width, window.width, PAD, focus?.x), y: side(picture.height, window.height, FOOT, focus?.y) };
}

/**
 * A view in which it began, for a window that has changed: all of it where it can be read so. Else as it would begin where
 * the same matters as then, or where all of it was to be seen; null where it stays as it is.
 */
export function beginAgain(camera: Camera, picture: Size, window: Size, focus: { x: number; y: number } | null, same: boolean): Camera | null {
  return same || camera.scale < SCALE.across || fits(picture, window) ? begin(picture, window, focus) : null;
}

/** Zooms by a factor; the place under the pointer stays under it. */
export function zoomAt(camera: Camera, at: { x: number; y: number }, factor: number, least: number = SCALE.least): Camera {
  const scale = Math.min(SCALE.most, Math.max(Math.min(least, camera.scale), camera.scale * factor));
  const by = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * by, y: at.y - (at.y - camera.y) * by };
}

/** Keeps a part of the picture in the window, however far somebody drags. */
export function held(camera: Camera, picture: Size, window: Size): Camera {
  const side = (at: number, extent: number, room: number) => {
    const keep = Math.min(96, extent * camera.scale);
    return Math.min(room - keep, Math.max(keep - extent * camera.scale, at));
  };
  return { scale: camera.scale, x: side(camera.x, picture.width, window.width), y: side(camera.y, picture.height, window.height) };
}

/** Brings a place into the middle, at a scale that can be read. */
export function lookAt(camera: Camera, place: { x: number; y: number }, window: Size): Camera {
  const scale = Math.max(camera.scale, SCALE.readable + 0.1);
  return { scale, x: window.width / 2 - place.x * scale, y: window.height / 2 - place.y * scale };
}

/** The same camera when a box stands in the window with room around it; else moved as little as needed. */
export function reveal(camera: Camera, box: { left: number; top: number; right: number; bottom: number }, window: Size, pad = PAD - 4): Camera {
  const side = (at: number, low: number, high: number, room: number) => {
    if (at + low * camera.scale < pad) return pad - low * camera.scale;
    return at + high * camera.scale > room - pad ? room - pad - high * camera.scale : at;
  };
  return { scale: camera.scale, x: side(camera.x, box.left, box.right, window.width), y: side(camera.y, box.top, box.bottom, window.height) };
}

/** Between two cameras, `share` from 0 to 1; scales grow evenly to the eye. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const eased = 1 - (1 - share) ** 3;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  const part = to.scale === from.scale ? eased : (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
