/** Ties a Reader to an element that scrolls. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from "react";

import { Reader } from "../../../logs/reader";

/** Milliseconds after the last move in which a hand may still hold the bar. */
const RESTS = 140;

export interface ReaderTie {
  reader: Reader;
  frame: RefObject<HTMLDivElement | null>;
  rows: RefObject<HTMLDivElement | null>;
  /** To be called after the reader's place was changed from outside. */
  redraw: () => void;
}

/** `head`: pixels above the rows that stay while they scroll. */
export function useReader(total: number, row: number, wrapped: boolean, head = 0): ReaderTie {
  const [reader] = useState(() => new Reader(row));
  const frame = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const redraw = useCallback(() => draw(), []);

  reader.wrap(wrapped);
  reader.grow(total);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      const before = reader.follows;
      if (!reader.scrolled(element.scrollTop) && before === reader.follows) return;
      draw();
      clearTimeout(rest);
      if (!reader.scale.exact) rest = setTimeout(() => { reader.settle(); draw(); }, RESTS);
    };
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) reader.forgetHeights();
      width = element.clientWidth;
      reader.resize(Math.max(0, element.clientHeight - head));
      draw();
    });
    element.addEventListener("scroll", scrolled, { passive: true });
    observer.observe(element);
    return () => {
      clearTimeout(rest);
      observer.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, [reader, head]);

  // After each drawing: heights of wrapped lines are measured, and the bar is put where the place belongs.
  useLayoutEffect(() => {
    if (wrapped && rows.current !== null && reader.measure(heightsIn(rows.current))) draw();
    const element = frame.current;
    if (element !== null && Math.abs(element.scrollTop - reader.top) >= 1) element.scrollTop = reader.top;
  });

  return { reader, frame, rows, redraw };
}

function* heightsIn(rows: HTMLElement): Iterable<readonly [number, number]> {
  for (const child of rows.children) {
    const index = child.getAttribute("data-line");
    if (index !== null) yield [Number(index), child.getBoundingClientRect().height];
  }
}
