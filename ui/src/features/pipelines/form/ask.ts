/** What the form asks of the server, from what stands in its fields. */
import type { Schemas } from "../../../api/client";

export type Ask = Schemas["RunRequestBody"];

/** A part of a pipeline: from tasks on, up to tasks, or only some. */
export interface Slice {
  from: string[];
  to: string[];
  only: string[];
}

export const WHOLE: Slice = { from: [], to: [], only: [] };

/** Labels as `key=value`; what has no `=` is told. */
export function readLabels(texts: readonly string[]): { labels: Record<string, string>; problem: string | null } {
  const labels: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) return { labels, problem: `“${text}” is no label: write key=value` };
    labels[text.slice(0, at).trim()] = text.slice(at + 1).trim();
  }
  return { labels, problem: null };
}

/** Why a slice makes no sense, or null. */
export function sliceProblem(slice: Slice): string | null {
  const both = slice.only.length > 0 && (slice.from.length > 0 || slice.to.length > 0);
  return both ? "“only” stands alone: leave out “from” and “to”" : null;
}

/** A random key by which a request that is sent twice is known as one. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
