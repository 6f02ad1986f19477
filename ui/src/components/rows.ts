/** Pixels of a row of a table, and of the head above them, which stays where it is. */
export const ROW = 32;

/**
 * How far a table has to be scrolled for a row to be seen whole. `scrolled` and `height`: where it is, and what is seen of it
 * with its head. Who goes from row to row finds the next one at the edge; who comes from elsewhere, in the middle.
 */
export function inSight(index: number, scrolled: number, height: number, from: "row" | "elsewhere"): number {
  const [top, room] = [index * ROW, height - ROW];
  if (top < scrolled) return top;
  if (top + ROW <= scrolled + room) return scrolled;
  return top + ROW - (from === "row" ? room : room / 2);
}

/** Scrolls there, at once, and not at all where the row is seen: so it fights with nobody who scrolls. */
export function bringInSight(table: HTMLElement, index: number, from: "row" | "elsewhere"): void {
  const to = inSight(index, table.scrollTop, table.clientHeight, from);
  if (to !== table.scrollTop) table.scrollTop = to;
}
