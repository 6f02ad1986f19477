/** The log of a run: windows by line number, counts, matches. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Load } from "../logs/store";
import { api, body, type Schemas } from "./client";

export type LogLine = Schemas["LogLine"];
export const LEVELS = ["debug", "info", "warning", "error", "critical", "none"] as const;
export type Level = (typeof LEVELS)[number];

/** Which lines of a run: of some tasks, of one attempt, of some levels, of some time; all, when nothing is said. */
export interface LogView {
  run: string;
  task?: string | undefined;
  mapIndex?: number | undefined;
  attempt?: number | undefined;
  /** Which life of the run: attempts are counted from 1 in each. */
  generation?: number | undefined;
  levels: readonly Level[];
  /** Times as ISO: lines from then on, and those before then. */
  from?: string | undefined;
  until?: string | undefined;
}

export const logKeys = {
  run: (run: string) => ["logs", run] as const,
};

function paramsOf(view: LogView, withLevels = true) {
  return {
    path: { run_id: view.run },
    query: {
      task: view.task === undefined ? [] : [view.task],
      map_index: view.mapIndex,
      attempt: view.attempt,
      generation: view.generation,
      level: withLevels ? [...view.levels] : [],
      after: view.from,
      before: view.until,
    },
  };
}

/** Loads windows of a view, for a LineStore. */
export function loadLines(view: LogView): Load<LogLine> {
  const { path, query } = paramsOf(view);
  return async (first, limit, signal) =>
    await body(api.GET("/api/v1/runs/{run_id}/logs", { params: { path, query: { ...query, first, limit } }, signal }));
}

/** True counts by level and task, of all levels. */
export function logSummaryQuery(view: LogView) {
  const params = paramsOf(view, false);
  return queryOptions({
    queryKey: [...logKeys.run(view.run), "summary", params.query],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/logs/summary", { params, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Counts by level in equal slices of all the time that there is: what is chosen of it is seen among the rest. */
export function logSlicesQuery(view: LogView, slices: number) {
  const { path, query } = paramsOf({ ...view, from: undefined, until: undefined });
  const params = { path, query: { ...query, slices } };
  return queryOptions({
    queryKey: [...logKeys.run(view.run), "slices", params.query],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/logs/slices", { params, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Lines that hold a text, in any case. */
export function logMatchesQuery(view: LogView, text: string) {
  const { path, query } = paramsOf(view);
  const params = { path, query: { ...query, text } };
  return queryOptions({
    queryKey: [...logKeys.run(view.run), "matches", params.query],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/logs/matches", { params, signal })),
    enabled: text !== "",
  });
}

/** The last lines of one attempt, to show them beside its error. */
export function lastLinesQuery(view: LogView, limit: number) {
  const { path, query } = paramsOf(view);
  return queryOptions({
    queryKey: [...logKeys.run(view.run), "last", query, limit],
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/runs/{run_id}/logs", { params: { path, query: { ...query, first: -limit, limit } }, signal })),
  });
}

/** Lines as text, whatever their number, for copying. The server gives 5,000 at a time. */
export async function readLines(view: LogView, first: number, last: number): Promise<LogLine[]> {
  const load = loadLines(view);
  const lines: LogLine[] = [];
  const { signal } = new AbortController();
  while (first + lines.length <= last) {
    const window = await load(first + lines.length, Math.min(5_000, last - first - lines.length + 1), signal);
    if (window.lines.length === 0) break;
    lines.push(...window.lines);
  }
  return lines;
}

/** The number of the next line of these levels after line `from` (before it, for -1), round the end; null without any. */
export async function findLevel(view: LogView, levels: readonly Level[], from: number | undefined, by: 1 | -1): Promise<number | null> {
  const { path, query } = paramsOf(view);
  const params = { path, query: { ...query, of: [...levels], line: from, back: by === -1 } };
  return (await body(api.GET("/api/v1/runs/{run_id}/logs/next", { params }))).index;
}

const attemptOf = (line: LogLine) => `${line.task}\n${line.map_index ?? ""}\n${line.generation}\n${line.attempt}`;

/** The same for the same line, wherever it stands. */
export const keyOfLine = (line: LogLine): string => `${attemptOf(line)}\n${line.seq}`;

/** Where the lines of a view are downloaded from. */
export function downloadOf(view: LogView): string {
  const query = new URLSearchParams();
  if (view.task !== undefined) query.set("task", view.task);
  if (view.mapIndex !== undefined) query.set("map_index", String(view.mapIndex));
  if (view.attempt !== undefined) query.set("attempt", String(view.attempt));
  if (view.generation !== undefined) query.set("generation", String(view.generation));
  for (const level of view.levels) query.append("level", level);
  if (view.from !== undefined) query.set("after", view.from);
  if (view.until !== undefined) query.set("before", view.until);
  const text = query.toString();
  return `/api/v1/runs/${encodeURIComponent(view.run)}/logs/content${text === "" ? "" : `?${text}`}`;
}
