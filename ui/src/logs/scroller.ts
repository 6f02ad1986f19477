/**
 * Scrolling over more lines than a browser's element can be high, and over lines of different heights.
 *
 * What is read is a place: the line at the upper edge, and how much of it is above. Small moves (wheel, touch, arrow keys)
 * move by pixels; large ones (dragging the bar) jump by share. Near both ends a pixel of the bar is a pixel of the log.
 */

export interface Place {
  readonly index: number;
  /** Pixels of that line above the upper edge: 0 up to less than its height. */
  readonly offset: number;
}

export interface Extent {
  readonly total: number;
  /** Pixels of the log that are seen at once. */
  readonly viewport: number;
  /** Pixels of a line that has not been measured. */
  readonly row: number;
  readonly heightOf: (index: number) => number;
  /** All lines are `row` high, so that a pixel of the bar can be a pixel of the log. */
  readonly even: boolean;
}

/** Pixels that the inner element may have: Firefox ends at 17.8 million, Chromium at 33.5. */
const HIGHEST = 8_000_000;
export const START: Place = { index: 0, offset: 0 };

/** The place with the last line at the lower edge. */
export function lowest({ total, viewport, heightOf }: Extent): Place {
  let room = viewport;
  for (let index = total - 1; index >= 0; index -= 1) {
    room -= heightOf(index);
    if (room <= 0) return { index, offset: -room };
  }
  return START;
}

/** `place` moved down by pixels (up, if negative), and kept within the log. */
export function moved(place: Place, by: number, extent: Extent): Place {
  let { index } = place;
  let offset = place.offset + by;
  while (offset < 0 && index > 0) {
    index -= 1;
    offset += extent.heightOf(index);
  }
  while (index < extent.total - 1 && offset >= extent.heightOf(index)) {
    offset -= extent.heightOf(index);
    index += 1;
  }
  return kept({ index, offset: Math.max(0, offset) }, extent);
}

/** `place`, or the nearest one that the log has. */
export function kept(place: Place, extent: Extent): Place {
  const end = lowest(extent);
  if (place.index < 0 || extent.total === 0) return START;
  return isBelow(place, end) ? end : place;
}

/** The place that shows line `index` in the middle. */
export function around(index: number, extent: Extent): Place {
  const within = Math.max(0, Math.min(index, extent.total - 1));
  return moved({ index: within, offset: 0 }, -Math.max(0, (extent.viewport - extent.row) / 2), extent);
}

/** The place nearest to `place` that shows all of line `index`; `place` itself if it does. */
export function showing(index: number, place: Place, extent: Extent): Place {
  if (index < place.index || (index === place.index && place.offset > 0)) return around(index, extent);
  let top = -place.offset;
  for (let at = place.index; at < index && top <= extent.viewport; at += 1) top += extent.heightOf(at);
  return top + extent.heightOf(index) <= extent.viewport ? place : around(index, extent);
}

function isBelow(one: Place, other: Place): boolean {
  return one.index > other.index || (one.index === other.index && one.offset > other.offset);
}

/** How places and positions of the scroll bar go together. */
export interface Scale {
  /** Pixels of the inner element. */
  readonly height: number;
  /** The bar's lowest position. */
  readonly end: number;
  /** One pixel of the bar is one pixel of the log, everywhere. */
  readonly exact: boolean;
  topOf(place: Place): number;
  placeAt(top: number): Place;
}

export function scaleOf(extent: Extent, highest: number = HIGHEST): Scale {
  const { total, viewport, row, heightOf } = extent;
  const low = lowest(extent);
  const pixels = ({ index, offset }: Place) => (index + Math.min(1, offset / Math.max(1, heightOf(index)))) * row;
  const depth = pixels(low);
  const height = Math.max(viewport, Math.min(depth + viewport, highest));
  const end = height - viewport;
  const exact = end >= depth && extent.even;
  const rim = Math.min(end / 3, viewport * 50);
  const slope = end > 2 * rim ? (depth - 2 * rim) / (end - 2 * rim) : 1;
  const toTop = (depthAt: number) => {
    if (exact || end >= depth || depthAt <= rim) return depthAt;
    return depthAt >= depth - rim ? end - (depth - depthAt) : rim + (depthAt - rim) / slope;
  };
  const toDepth = (top: number) => {
    if (exact || end >= depth || top <= rim) return top;
    return top >= end - rim ? depth - (end - top) : rim + (top - rim) * slope;
  };
  return {
    height, end, exact,
    topOf: (place) => Math.min(end, Math.max(0, toTop(pixels(place)))),
    placeAt(top) {
      if (top <= 0 || total === 0) return START;
      if (top >= end) return low;
      const lines = toDepth(top) / row;
      const index = Math.min(total - 1, Math.floor(lines));
      return kept({ index, offset: (lines - index) * heightOf(index) }, extent);
    },
  };
}
