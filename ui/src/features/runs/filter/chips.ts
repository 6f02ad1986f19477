/** A filter as chips and the text that goes on behind them. Pure; the language is the one of `language.ts`. */
import { parse, print, replaced, type Term } from "./language";

/** Keys of which a condition has one value only. */
const SINGLE = new Set<Term["key"]>(["created", "duration", "error"]);

export interface Split {
  /** The conditions that can be read. */
  chips: Term[];
  /** The text of those that can't: it stays a text, to be mended. */
  rest: string;
}

export function split(text: string): Split {
  const terms = parse(text);
  return { chips: terms.filter((term) => term.problem === null), rest: said(text, terms.filter((term) => term.problem !== null)) };
}

/** A filter of these chips and a text behind them; values of a key that a chip has join it. */
export function joined(text: string, chips: readonly Term[], rest: string): string {
  return parse(rest).reduce((whole, term) => {
    const more = rest.slice(term.at, term.end);
    const same = SINGLE.has(term.key) || term.problem !== null ? undefined : split(whole).chips.find(({ key, exclude }) => key === term.key && exclude === term.exclude);
    return same === undefined ? `${whole} ${more}`.trim() : replaced(whole, same, print({ ...same, values: [...new Set([...same.values, ...term.values])] }));
  }, said(text, chips));
}

/** Whether what a condition shows and what it leaves out can be turned round. */
export function canTurn({ key }: Pick<Term, "key">): boolean {
  return !SINGLE.has(key);
}

/** The filter with a condition that leaves out what it showed, and the reverse. */
export function turned(text: string, term: Term): string {
  return replaced(text, term, print({ ...term, exclude: !term.exclude }));
}

function said(text: string, terms: readonly Term[]): string {
  return terms.map(({ at, end }) => text.slice(at, end)).join(" ");
}
