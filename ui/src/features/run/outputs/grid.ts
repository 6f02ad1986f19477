/** Which parts of a large table are looked at: parts are loaded whole, and asked for by their first row and column. */
import { saidText } from "../../../domain/json";

/** Rows of a part. The server gives no more than a hundred columns beside so many. */
export const PART_ROWS = 100;

export interface Part {
  row: number;
  column: number;
}

/** The parts that cover these rows and columns (both ends included), of `wide` columns each. */
export function partsOf(rows: readonly [number, number], columns: readonly [number, number], wide: number): Part[] {
  const parts: Part[] = [];
  for (let row = Math.floor(rows[0] / PART_ROWS) * PART_ROWS; row <= rows[1]; row += PART_ROWS) {
    for (let column = Math.floor(columns[0] / wide) * wide; column <= columns[1]; column += wide) parts.push({ row, column });
  }
  return parts;
}

/** Widths of columns in pixels, by what is in their first rows: names and values of up to 40 characters are seen whole. */
export function widthsOf(names: readonly string[], types: readonly string[], sample: readonly (readonly unknown[])[]): number[] {
  return names.map((name, at) => {
    const lengths = sample.slice(0, 30).map((row) => cellText(row[at]).length);
    const usual = /float|double|decimal|timestamp|datetime/.test(types[at] ?? "") ? 12 : 0;
    const longest = Math.min(40, Math.max(name.length + 1, (types[at] ?? "").length, usual, ...lengths));
    return Math.max(72, Math.ceil(longest * 7.3) + 24);
  });
}

/** A cell as text; nested values as JSON, fractions to ten digits. */
export function cellText(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(10)));
  if (value === null || value === undefined) return "null";
  return saidText(value);
}

/** Where columns begin, and where the last one ends. */
export function edgesOf(widths: readonly number[]): number[] {
  const edges = [0];
  for (const width of widths) edges.push((edges.at(-1) ?? 0) + width);
  return edges;
}

/** The columns that are seen between two pixels, first and last. */
export function seen(edges: readonly number[], from: number, to: number): [number, number] {
  const at = (pixel: number) => {
    let [low, high] = [0, edges.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((edges[middle] ?? 0) <= pixel) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  };
  return [at(from), at(Math.max(from, to - 1))];
}
