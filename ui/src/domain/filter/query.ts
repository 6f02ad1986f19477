/** A filter as the server takes it. */
import { readDuration } from "./durations";
import type { Term } from "./language";
import { readTime } from "./when";

/** Keys of the list's query with their values. */
export type Query = Record<string, string[]>;

/** Several terms of a key: any value of any of them will do; times and durations narrow one another. */
export function queryOf(terms: readonly Term[], now: number): Query {
  const query: Query = {};
  const add = (key: string, value: string) => (query[key] ??= []).push(value);
  const bounds: Bounds = {};
  for (const { key, exclude, values } of terms) {
    if (key === "error") add("q", values[0]!);
    else if (key === "created") narrow(bounds, "created_after", "created_before", spanOf(values[0]!, now));
    else if (key === "duration") narrow(bounds, "duration_gt", "duration_lt", lengthOf(values[0]!));
    else for (const value of values) add(key, exclude ? `!${value}` : value);
  }
  for (const [key, at] of Object.entries(bounds)) add(key, key.startsWith("created") ? new Date(at).toISOString() : String(at));
  return query;
}

type Bounds = Record<string, number>;

function spanOf(text: string, now: number): { low?: number | undefined; high?: number | undefined } {
  const span = readTime(text)?.(now);
  return { low: span?.after, high: span?.before };
}

function lengthOf(text: string): { low?: number | undefined; high?: number | undefined } {
  const length = readDuration(text);
  return { low: length?.over, high: length?.under };
}

function narrow(bounds: Bounds, lowKey: string, highKey: string, { low, high }: ReturnType<typeof spanOf>): void {
  if (low !== undefined) bounds[lowKey] = Math.max(bounds[lowKey] ?? low, low);
  if (high !== undefined) bounds[highKey] = Math.min(bounds[highKey] ?? high, high);
}

/** A query as the text after the `?`. */
export function queryText(query: Query, more: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(more);
  for (const [key, values] of Object.entries(query)) for (const value of values) search.append(key, value);
  return search.toString();
}
