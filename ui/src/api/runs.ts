/** Runs: one, many, and what can be done with them. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, api, body, isAbsent, type Schemas } from "./client";
import type { Many } from "./actions";

export type RunDocument = Schemas["RunDocument"];
export type RunSummary = Schemas["RunSummary"];

export const runKeys = {
  lists: ["runs"] as const,
  one: (id: string) => ["run", id] as const,
};

/** A run in full. The stream keeps it as it is now while it is watched (`useWatchedRun`). */
export function runQuery(id: string) {
  return queryOptions({
    queryKey: [...runKeys.one(id), "document"],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
    staleTime: 30_000,
  });
}

export function useRun(id: string) {
  // That there is none is an answer; the stream tells when it comes.
  return useQuery({ ...runQuery(id), retryOnMount: ({ state }) => !isAbsent(state.error) });
}

/** Whether a run was deleted while somebody looks: the stream tells it, nothing is left to ask the server for. */
export function goneQuery(id: string) {
  return queryOptions({ queryKey: ["gone", id], queryFn: () => false, enabled: false });
}

/** The run among those of its pipeline: neighbours, the last 30, how long it usually takes. */
export function runContextQuery(id: string) {
  return queryOptions({
    queryKey: [...runKeys.one(id), "context"],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/context", { params: { path: { run_id: id } }, signal })),
    staleTime: 10_000,
  });
}

export function useRunContext(id: string) {
  return useQuery(runContextQuery(id));
}

/** A part of a run's history, the run's own events with `task` null or those of one task. */
export function runEventsQuery(id: string, task?: string, mapIndex?: number) {
  return queryOptions({
    queryKey: [...runKeys.one(id), "events", task ?? null, mapIndex ?? null],
    queryFn: async ({ signal }) => {
      const params = { path: { run_id: id }, query: { task, map_index: mapIndex, limit: 500 } };
      return await body(api.GET("/api/v1/runs/{run_id}/events", { params, signal }));
    },
  });
}

/** Why queued tasks do not begin: all of a run, or one of them (and items). Asked for again and again: nobody tells of it. */
export function runWaitsQuery(id: string, task?: string, mapIndex?: number) {
  return queryOptions({
    queryKey: [...runKeys.one(id), "waits", task ?? null, mapIndex ?? null],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/waits", { params: { path: { run_id: id }, query: { task, map_index: mapIndex } }, signal })),
    refetchInterval: 2_000,
    // Who comes back would see for a moment what was so before.
    gcTime: 0,
  });
}

/** The query string of a list, as the server takes it: every key with its values. */
export type RunQuery = Record<string, string[]>;

const PAGE = 100;

/** Runs that fit, in pages by key. */
export function runsQuery(query: RunQuery, sort: string) {
  return infiniteQueryOptions({
    queryKey: [...runKeys.lists, "list", query, sort],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const asked = { ...query, sort, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) };
      return await body(api.GET("/api/v1/runs", { params: { query: asked as never }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Runs that are looked up at once, for an action on all of them, and at most. */
const TOGETHER = 500;
const MOST_TOGETHER = 10_000;

/** All runs that fit, newest first, up to a bound; `more`: there are others. */
export function allRunsQuery(query: RunQuery) {
  return queryOptions({
    queryKey: [...runKeys.lists, "all", query],
    queryFn: async ({ signal }) => {
      const runs: RunSummary[] = [];
      let cursor: string | undefined;
      do {
        const asked = { ...query, sort: "-created_at", limit: TOGETHER, ...(cursor === undefined ? {} : { cursor }) };
        const page = await body(api.GET("/api/v1/runs", { params: { query: asked as never }, signal }));
        runs.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && runs.length < MOST_TOGETHER);
      return { runs, more: cursor !== undefined };
    },
    gcTime: 0,
  });
}

/** Forgets all pages of a list but the first, so that reading it anew asks for that one alone. */
export function firstPageOnly(client: QueryClient, query: RunQuery, sort: string): void {
  const { queryKey } = runsQuery(query, sort);
  client.setQueryData(queryKey, (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) });
}

/** How many fit, up to a bound. */
export function runCountQuery(query: RunQuery) {
  return queryOptions({
    queryKey: [...runKeys.lists, "count", query],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/count", { params: { query: query as never }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Where exactly what a filter shows is downloaded from. */
export function exportAddress(query: RunQuery, sort: string, format: "csv" | "json"): string {
  const search = new URLSearchParams({ format, sort });
  for (const [key, values] of Object.entries(query)) for (const value of values) search.append(key, value);
  return `/api/v1/runs/export?${search.toString()}`;
}

/** Sets labels of a run, and removes some. */
export function useLabelRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, set, remove }: { id: string; set: Record<string, string>; remove: string[] }) =>
      await body(api.POST("/api/v1/runs/{run_id}/actions/labels", { params: { path: { run_id: id } }, body: { set, remove } })),
    onSettled: (_done, _problem, { id }) => {
      void client.invalidateQueries({ queryKey: runKeys.one(id) });
      void client.invalidateQueries({ queryKey: runKeys.lists });
    },
  });
}

export function useLabelRuns() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ many, set, remove }: { many: Many; set: Record<string, string>; remove: string[] }) =>
      await body(api.POST("/api/v1/runs/actions/labels", { body: { all: false, ...many, set, remove } })),
    onSettled: () => void client.invalidateQueries({ queryKey: runKeys.lists }),
  });
}

/** The run that a part of an id means (its first or last characters); null where it means none or several. */
export function findRunQuery(text: string) {
  const wanted = text.toLowerCase();
  return queryOptions({
    queryKey: ["find-run", wanted],
    queryFn: async ({ signal }) => {
      try {
        return await body(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: wanted } }, signal }));
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.status < 500) return null;
        throw problem;
      }
    },
    enabled: /^[0-9a-hjkmnp-tv-z]{4,13}$/.test(wanted),
  });
}
