import type { RunState } from "../domain/states";

/** Something that can be jumped to, or done. */
export interface Entry {
  key: string;
  word: string;
  kind: string;
  state?: RunState;
  /** The palette stays open: another takes its place. */
  stays?: boolean;
  act: () => void;
}

/** Entries that have all characters of a text in order; whole words and beginnings first. All of them for no text. */
export function ranked(entries: readonly Entry[], text: string): Entry[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [...entries];
  return entries
    .map((entry) => [score(entry.word.toLowerCase(), wanted), entry] as const)
    .filter(([points]) => points > 0)
    .sort(([one], [other]) => other - one)
    .map(([, entry]) => entry);
}

function score(word: string, wanted: string): number {
  const at = word.indexOf(wanted);
  if (at === 0) return 4 - word.length / 1000;
  if (at > 0) return (/[\s_./-]/.test(word[at - 1]!) ? 3 : 2) - word.length / 1000;
  let from = 0;
  for (const sign of wanted) {
    from = word.indexOf(sign, from) + 1;
    if (from === 0) return 0;
  }
  return 1 - word.length / 1000;
}
