/** A filter's text cut into words, each with its place: spaces part them, quotes hold them together. */

export interface Token {
  /** Place in the text: from `start` up to, without, `end`. */
  start: number;
  end: number;
  raw: string;
}

/** A backslash takes the next sign as it is, within quotes; a quote that nobody closed ends with the text. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let start = -1;
  let quoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    const sign = text[at];
    if (sign === undefined || (!quoted && /\s/.test(sign))) {
      if (start >= 0) tokens.push({ start, end: at, raw: text.slice(start, at) });
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (quoted && sign === "\\") at += 1;
    else if (sign === '"') quoted = !quoted;
  }
  // A backslash at the very end steps over it.
  if (start >= 0) tokens.push({ start, end: text.length, raw: text.slice(start) });
  return tokens;
}

/** Cuts at commas that stand outside quotes, and takes the quotes off. */
export function valuesOf(raw: string): string[] {
  const values: string[] = [];
  let value = "";
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const sign = raw[at]!;
    if (quoted && sign === "\\" && at + 1 < raw.length) value += raw[++at]!;
    else if (sign === '"') quoted = !quoted;
    else if (sign === "," && !quoted) {
      values.push(value);
      value = "";
    } else value += sign;
  }
  return [...values, value];
}

/** A value as it is written: in quotes where it would be read otherwise without them. */
export function quoted(value: string): string {
  return value === "" || /[\s",\\]/.test(value) || /^[!-]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}
