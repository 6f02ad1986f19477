/**
 * JSON with whole numbers of any size: those beyond 2^53, which JavaScript would round, are a bigint here. Ids of tables
 * are such numbers.
 *
 * Our own few lines, because browsers of before 2025 have no `JSON.rawJSON`, and give a reviver no source.
 */

/** A text in JSON, and whether it names an entry; or a number that may be too large. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|-?\d[\d.eE+-]{15,}/g;
const WHOLE = /^-?[1-9]\d*$/;

/** What a text means. Raises SyntaxError for what is no JSON. */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  // Within, a text that begins with # is such a number; those that begin so themselves get two more.
  let found = false;
  const marked = text.replace(TOKEN, (token: string, said: string | undefined, named: string | undefined) => {
    if (said === undefined) {
      if (!WHOLE.test(token) || Number.isSafeInteger(Number(token))) return token;
      found = true;
      return `"#${token}"`;
    }
    return named === undefined && (said[1] === "#" || said[1] === "\\") ? `"##${token.slice(1)}` : token;
  });
  if (!found) return JSON.parse(text);
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== "string" || value[0] !== "#") return value;
    return value[1] === "#" ? value.slice(2) : BigInt(value.slice(1));
  });
}

/** A value as JSON, in a line or with so many spaces for each level. */
export function jsonText(value: unknown, indent = 0): string {
  let found = false;
  const marked = JSON.stringify(value, (_, each: unknown) => {
    found ||= typeof each === "bigint";
    return typeof each === "bigint" ? `#${each}` : typeof each === "string" && each[0] === "#" ? `##${each}` : each;
  }, indent);
  if (!found) return JSON.stringify(value, null, indent);
  return marked.replace(TOKEN, (token: string, said: string | undefined, named: string | undefined) => {
    if (said?.[1] !== "#" || named !== undefined) return token;
    return said[2] === "#" ? `"${said.slice(3)}` : said.slice(2, -1);
  });
}

/** A value in a line: a text as it is, all else as JSON. */
export function saidText(value: unknown): string {
  return typeof value === "string" ? value : jsonText(value);
}

/** A whole number of any size, from its digits. */
export function wholeOf(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits.trim().replace(/^\+/, ""));
}
