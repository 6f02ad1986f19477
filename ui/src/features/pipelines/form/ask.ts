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

type Place = Pick<Schemas["PipelineDocument"], "environment" | "environments">;

/** The environments to choose from, the pipeline's own first; none where there is no choice. */
export function environmentsOf({ environment, environments }: Place): string[] {
  if (environment === null) return [];
  const others = environments.filter((name) => name !== environment);
  return others.length === 0 ? [] : [environment, ...others];
}

/** The environment that the form begins with: the one of an earlier run, as long as it is there. */
export function firstEnvironment(pipeline: Place, given: unknown): string | null {
  return environmentsOf(pipeline).find((name) => name === given) ?? pipeline.environment;
}

/** How a run is made: its type, with what that type takes. */
export interface Way {
  type: Ask["type"];
  refresh: boolean;
  breakpoints: string[];
}

export const USUAL: Way = { type: "standard", refresh: false, breakpoints: [] };

export const WAYS: readonly (readonly [Way["type"], string])[] = [
  ["standard", "standard"], ["incremental", "incremental: only what changed since earlier runs"], ["test", "test: nothing is written outside"], ["debug", "debug: one task at a time, with breakpoints"],
];

/** What is asked: what belongs to another type is left out, though it was chosen before. */
export function askedWay({ type, refresh, breakpoints }: Way): Pick<Ask, "type" | "refresh" | "breakpoints"> {
  return { type, refresh: type === "incremental" && refresh, breakpoints: type === "debug" ? breakpoints : [] };
}
