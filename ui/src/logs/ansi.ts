/**
 * ANSI colours of a log line, by allow-list: of all that can steer a terminal only SGR (ECMA-48, 8.3.117) has an effect;
 * every other sequence is taken out of the text, so that what is shown, searched and copied is the same.
 */

/** A colour of the sixteen that a theme defines, by its number. */
type Basic = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
/** One of the theme's, or `#rrggbb`. */
export type Colour = Basic | `#${string}`;

export interface Style {
  readonly color?: Colour;
  readonly ground?: Colour;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly strike?: true;
  readonly inverse?: true;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export const PLAIN: Style = Object.freeze({});

/* In turn: CSI; OSC with its end; DCS, SOS, PM, APC with their end; two-character escapes; an ESC alone; C1 CSI. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const SEQUENCE = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-Z\\^-~]|\x1b|\x9b([0-?]*)[ -/]*([@-~])/g;

/** The text without its sequences. */
export function strip(text: string): string {
  return mayHold(text) ? text.replace(SEQUENCE, "") : text;
}

/** The line as pieces of one style each; the texts together are `strip(text)`. */
export function parse(text: string): readonly Span[] {
  if (!mayHold(text)) return text === "" ? [] : [{ text, style: PLAIN }];
  const spans: Span[] = [];
  let style = PLAIN;
  let from = 0;
  const add = (to: number) => {
    if (to <= from) return;
    const piece = text.slice(from, to);
    const last = spans.at(-1);
    if (last?.style === style) spans[spans.length - 1] = { text: last.text + piece, style };
    else spans.push({ text: piece, style });
  };
  for (const found of text.matchAll(SEQUENCE)) {
    add(found.index);
    from = found.index + found[0].length;
    if ((found[2] ?? found[4]) === "m") style = changed(style, found[1] ?? found[3] ?? "");
  }
  add(text.length);
  return spans;
}

function mayHold(text: string): boolean {
  return text.includes("\x1b") || text.includes("\x9b");
}

/** A style after `ESC [ codes m`. Codes that are not known change nothing. */
function changed(style: Style, codes: string): Style {
  let next: { -readonly [Key in keyof Style]: Style[Key] } = { ...style };
  const numbers = codes.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) { delete next.bold; delete next.dim; }
    else if (code === 23) delete next.italic;
    else if (code === 24) delete next.underline;
    else if (code === 27) delete next.inverse;
    else if (code === 29) delete next.strike;
    else if (code === 39) delete next.color;
    else if (code === 49) delete next.ground;
    else if (code >= 30 && code <= 37) next.color = (code - 30) as Basic;
    else if (code >= 90 && code <= 97) next.color = (code - 82) as Basic;
    else if (code >= 40 && code <= 47) next.ground = (code - 40) as Basic;
    else if (code >= 100 && code <= 107) next.ground = (code - 92) as Basic;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(numbers, at + 1);
      at += used;
      if (colour === undefined) continue;
      if (code === 38) next.color = colour;
      else next.ground = colour;
    }
  }
  return Object.keys(next).length === 0 ? PLAIN : next;
}

/** The colour of `5;n` or `2;r;g;b`, and how many numbers it takes. */
function extended(numbers: readonly number[], at: number): [Colour | undefined, number] {
  if (numbers[at] === 5) return [ofPalette(numbers[at + 1]), 2];
  if (numbers[at] !== 2) return [undefined, 0];
  const parts = numbers.slice(at + 1, at + 4);
  return [parts.length === 3 && parts.every(isByte) ? hex(parts) : undefined, 4];
}

const STEPS = [0, 95, 135, 175, 215, 255] as const;

/** A colour of xterm's 256: the theme's sixteen, a cube of 6 by 6 by 6, 24 greys. */
function ofPalette(n: number | undefined): Colour | undefined {
  if (n === undefined || !isByte(n)) return undefined;
  if (n < 16) return n as Basic;
  if (n >= 232) return hex([8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10]);
  const place = n - 16;
  return hex([Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((step) => STEPS[step] ?? 0));
}

function isByte(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n <= 255;
}

function hex(parts: readonly number[]): `#${string}` {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
