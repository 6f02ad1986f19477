/**
 * How wide a text in Inter is, about, for a font size of 1. Sizes of nodes come from here and not from the browser: the
 * same graph gives the same picture, before fonts are there and in a test.
 */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const sign of text) width += PLAIN[sign.charCodeAt(0)] ?? widthOf(sign);
  return width * size;
}

const NARROW = /[ijl.,:;'|!()[\]ftrI\s-]/;
const WIDE = /[mwMW@%]/;

/** Widths of plain signs by their code, found once: most names have no others. */
const PLAIN = Float64Array.from({ length: 128 }, (_, code) => widthOf(String.fromCharCode(code)));

function widthOf(sign: string): number {
  if (sign.charCodeAt(0) > 0x2e7f) return 1.05; // East Asian signs and emoji fill a square
  if (NARROW.test(sign)) return 0.36;
  if (WIDE.test(sign)) return 0.88;
  return sign >= "A" && sign <= "Z" ? 0.69 : 0.6;
}
