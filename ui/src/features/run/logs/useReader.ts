/** Ties a Reader to an element that scrolls. */
import { type RefCallback, type RefObject, useCallback, useLayoutEffect, useReducer, useRef, useState } from "react";

import { Reader } from "../../../logs/reader";

/** Milliseconds after the last move in which a hand may still hold the bar. */
const RESTS = 140;

export interface ReaderTie {
  reader: Reader;
  /** To be given to the element that scrolls, which may come late, go and come again. */
  frame: RefCallback<HTMLDivElement>;
  element: RefObject<HTMLDivElement | null>;
  rows: RefObject<HTMLDivElement | null>;
  /** To be called after the reader's place was changed from outside. */
  redraw: () => void;
}

/** `head`: pixels above the rows that stay while they scroll. */
export function useReader(total: number, row: number, wrapped: boolean, head = 0): ReaderTie {
  const [reader] = useState(() => new Reader(row));
  const element = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  // Where the bar is, as it was told last: to ask the element would have all lines laid out at once.
  const bar = useRef(0);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const redraw = useCallback(() => draw(), []);

  reader.wrap(wrapped);
  reader.grow(total);

  const frame = useCallback<RefCallback<HTMLDivElement>>((here) => {
    element.current = here;
    if (here === null) return undefined;
    bar.current = here.scrollTop;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      const before = reader.follows;
      bar.current = here.scrollTop;
      if (!reader.scrolled(bar.current) && before === reader.follows) return;
      draw();
      clearTimeout(rest);
      if (!reader.scale.exact) rest = setTimeout(() => { reader.settle(); draw(); }, RESTS);
    };
    let width = here.clientWidth;
    const observer = new ResizeObserver(() => {
      if (here.clientWidth !== width) reader.forgetHeights();
      width = here.clientWidth;
      reader.resize(Math.max(0, here.clientHeight - head));
      draw();
    });
    here.addEventListener("scroll", scrolled, { passive: true });
    observer.observe(here);
    return () => {
      clearTimeout(rest);
      observer.disconnect();
      here.removeEventListener("scroll", scrolled);
      element.current = null;
    };
  }, [reader, head]);

  // After each drawing: heights of wrapped lines are measured, and the bar is put where the place belongs.
  // oxlint-disable-next-line react/exhaustive-deps -- what was measured once is not drawn for again
  useLayoutEffect(() => {
    if (wrapped && rows.current !== null && reader.measure(heightsIn(rows.current))) draw();
    if (element.current === null || Math.abs(bar.current - reader.top) < 1) return;
    element.current.scrollTop = reader.top;
    bar.current = reader.top;
  });

  return { reader, frame, element, rows, redraw };
}

function* heightsIn(rows: HTMLElement): Iterable<readonly [number, number]> {
  for (const child of rows.children) {
    const index = child.getAttribute("data-line");
    if (index !== null) yield [Number(index), child.getBoundingClientRect().height];
  }
}
