/** A line's text as it is shown: nothing in it can hide, reorder or overwrite what stands there. */
import { parse, PLAIN, type Span, strip, type Style } from "./ansi";

/** A piece of a shown line: one style, inside or outside of a match. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
  readonly found: boolean;
}

/** Longer lines are cut when shown; copying and downloading give them whole. */
export const SHOWN = 10_000;

/* C0 and C1 control characters but tab; marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const HIDDEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Characters that can't be seen, as signs that can. The length stays, so that places in the text stay. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** Where `needle` stands in `text`, in any case, from left to right and without overlap. */
export function places(text: string, needle: string): number[] {
  if (needle === "") return [];
  const [low, sought] = [folded(text), folded(needle)];
  const found: number[] = [];
  for (let at = low.indexOf(sought); at >= 0; at = low.indexOf(sought, at + sought.length)) found.push(at);
  return found;
}

/** Lower case by characters that keep their length: places in it are places in the text. */
function folded(text: string): string {
  const low = text.toLowerCase();
  if (low.length === text.length) return low;
  return Array.from(text, (sign) => (sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign)).join("");
}

/** The pieces of a message: colours as they were printed, matches of `needle` set off. */
export function pieces(message: string, needle: string): readonly Piece[] {
  const spans = cut(parse(message));
  const marks = needle === "" ? [] : places(spans.map((span) => span.text).join(""), needle);
  if (marks.length === 0) return spans.map(({ text, style }) => ({ text: visible(text), style, found: false }));
  const made: Piece[] = [];
  let start = 0;
  let mark = 0;
  for (const { text, style } of spans) {
    const end = start + text.length;
    let at = start;
    while (at < end) {
      while (mark < marks.length && (marks[mark] ?? 0) + needle.length <= at) mark += 1;
      const from = marks[mark] ?? Infinity;
      const found = from <= at;
      const to = Math.min(end, found ? from + needle.length : from);
      made.push({ text: visible(text.slice(at - start, to - start)), style, found });
      at = to;
    }
    start = end;
  }
  return made;
}

function cut(spans: readonly Span[]): readonly Span[] {
  let room = SHOWN;
  const kept: Span[] = [];
  for (const span of spans) {
    if (room <= 0) break;
    kept.push(span.text.length > room ? { ...span, text: span.text.slice(0, room) } : span);
    room -= span.text.length;
  }
  if (room < 0) kept.push({ text: ` … ${(-room).toLocaleString("en")} more characters`, style: { ...PLAIN, dim: true } });
  return kept;
}

/** A line as plain text for the clipboard: without colours. */
export function plain(message: string): string {
  return strip(message);
}
