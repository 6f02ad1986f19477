/** Which rows are ticked, and the row that keys move. Pure. */
export interface Ticks {
  ticked: ReadonlySet<string>;
  /** The row that was ticked last: where a range begins. */
  anchor: string | null;
}

export const NO_TICKS: Ticks = { ticked: new Set(), anchor: null };

/** One row ticked or not any more; with `range`, all rows from the last one as that one is. */
export function ticked(before: Ticks, ids: readonly string[], id: string, range: boolean): Ticks {
  const next = new Set(before.ticked);
  const [from, to] = [before.anchor === null ? -1 : ids.indexOf(before.anchor), ids.indexOf(id)];
  if (range && from >= 0 && to >= 0) {
    const on = before.ticked.has(before.anchor!);
    for (const each of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      if (on) next.add(each);
      else next.delete(each);
    }
  } else if (!next.delete(id)) next.add(id);
  return { ticked: next, anchor: id };
}
