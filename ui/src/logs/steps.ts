/** Walking from place to place in a log: matches of a search, by their ascending line numbers. */

/** How many of `places` are below `value`: the position at which it stands or would stand. */
export function rank(places: readonly number[], value: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The position of the next place after line `from` (before it, for -1), round the end; undefined without any. */
export function step(places: readonly number[], from: number, by: 1 | -1): number | undefined {
  if (places.length === 0) return undefined;
  const at = by === 1 ? rank(places, from + 1) : rank(places, from) - 1;
  return (at + places.length) % places.length;
}
