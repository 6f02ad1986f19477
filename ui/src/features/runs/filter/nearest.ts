/** The right word that a wrong one is closest to. */

/** The known word that takes the fewest changes, if those are few; else undefined. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  const word = wrong.toLowerCase();
  let [best, least] = [undefined as string | undefined, Math.max(1, Math.floor(word.length / 2)) + 0.5];
  for (const each of known) {
    const far = word.length > 1 && each.startsWith(word) ? 0.5 : changes(word, each);
    if (far < least) [best, least] = [each, far];
  }
  return best;
}

/** Letters to add, drop, replace or swap with their neighbour (Damerau 1964, optimal string alignment). */
function changes(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[other.length]!;
}
