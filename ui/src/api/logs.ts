/** The log of a run: windows by line number, counts, matches. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Load } from "../logs/store";
import { api, body, type Schemas } from "./client";

export type LogLine = Schemas["LogLine"];
export const LEVELS = ["debug", "info", "warning", "error", "critical", "none"] as const;
export type Level = (typeof LEVELS)[number];

/** Which lines of a run: of some tasks, of one attempt, of some levels; all, when nothing is said. */
export interface LogView {
  run: string;
  task?: string | undefined;
  mapIndex?: number | undefined;
  attempt?: number | undefined;
  levels: readonly Level[];
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
      level: withLevels ? [...view.levels] : [],
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

/** Where somebody is in a view: a line's number there, and its time. */
export type LinePlace = Pick<LogLine, "index" | "at">;

/**
 * The number of the next line of these levels after a line (before it, for -1), round the end; null without any.
 *
 * The server counts the lines before a moment without reading them. Many lines may share one moment, so that among those of
 * the levels the first one behind `from` is searched for by halves.
 */
export async function findLevel(view: LogView, levels: readonly Level[], from: LinePlace | undefined, by: 1 | -1): Promise<number | null> {
  const kept = levels.filter((level) => view.levels.length === 0 || view.levels.includes(level));
  if (kept.length === 0) return null;
  const among: LogView = { ...view, levels: kept };
  const { total } = await windowOf(among, 0, 1);
  if (total === 0) return null;
  const known = new Map<number, Promise<number>>();
  const numberAt = async (rank: number) => {
    const found = (await windowOf(among, rank, 1)).lines[0];
    return found === undefined ? Infinity : await numberOf(view, found);
  };
  const placeOf = (rank: number) => {
    const place = known.get(rank) ?? numberAt(rank);
    known.set(rank, place);
    return place;
  };
  if (from === undefined) return await placeOf(by === 1 ? 0 : total - 1);
  const beyond = by === 1 ? from.index + 1 : from.index;
  const rank = await firstRank((await windowOf(among, 0, 1, { before: from.at })).total, total, async (at) => (await placeOf(at)) >= beyond);
  return await placeOf(((by === 1 ? rank : rank - 1) + total) % total);
}

/** The first rank from `low` on, below `total`, that fits; `total` without any. All after one that fits do so too. */
async function firstRank(low: number, total: number, fits: (rank: number) => Promise<boolean>): Promise<number> {
  let [from, to, step] = [low, low, 1];
  while (to < total && !(await fits(to))) {
    from = to + 1;
    to += step;
    step *= 2;
  }
  to = Math.min(to, total);
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (await fits(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}

/** The number of a line in a view that has it. */
async function numberOf(view: LogView, line: LogLine): Promise<number> {
  const before = (await windowOf(view, 0, 1, { before: line.at })).total;
  for (let first = before; ; first += 1_000) {
    const { lines } = await windowOf(view, first, 1_000);
    const at = lines.findIndex((other) => keyOfLine(other) === keyOfLine(line));
    if (at >= 0) return first + at;
    if (lines.length < 1_000) return first + lines.length;
  }
}

async function windowOf(view: LogView, first: number, limit: number, more: { before?: string } = {}) {
  const { path, query } = paramsOf(view);
  return await body(api.GET("/api/v1/runs/{run_id}/logs", { params: { path, query: { ...query, ...more, first, limit } } }));
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
  for (const level of view.levels) query.append("level", level);
  const text = query.toString();
  return `/api/v1/runs/${encodeURIComponent(view.run)}/logs/content${text === "" ? "" : `?${text}`}`;
}
