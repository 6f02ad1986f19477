/** What a run made. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";

export type Output = Schemas["OutputDocument"];

/** A dataset of a run; `mapIndex` names the item of a fan-out. */
export interface OutputKey {
  run: string;
  dataset: string;
  mapIndex: number | null;
}

export const outputKeys = {
  run: (run: string) => ["outputs", run] as const,
  one: ({ run, dataset, mapIndex }: OutputKey) => ["outputs", run, dataset, mapIndex] as const,
};

/** Most that the page lists; a run with more (a fan-out over thousands) says so. */
const MOST = 10_000;

/** All that a run made, read part by part. */
export function outputsQuery(run: string) {
  return queryOptions({
    queryKey: [...outputKeys.run(run), "list"],
    queryFn: async ({ signal }) => {
      const items: Output[] = [];
      let cursor: string | undefined;
      do {
        const params = { path: { run_id: run }, query: { limit: 500, cursor } };
        const page = await body(api.GET("/api/v1/runs/{run_id}/outputs", { params, signal }));
        items.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && items.length < MOST);
      return { items, cut: cursor !== undefined };
    },
    placeholderData: keepPreviousData,
  });
}

const pathOf = ({ run, dataset }: OutputKey) => ({ run_id: run, dataset });
const indexOf = ({ mapIndex }: OutputKey) => mapIndex ?? undefined;

/** Rows of a table from `offset`, and those of its columns from `firstColumn` on that fit; or the beginning of a text. */
export function previewQuery(key: OutputKey, offset: number, limit: number, firstColumn = 0) {
  return queryOptions({
    queryKey: [...outputKeys.one(key), "preview", offset, limit, firstColumn],
    queryFn: async ({ signal }) => {
      const params = { path: pathOf(key), query: { map_index: indexOf(key), offset, limit, first_column: firstColumn } };
      return await body(api.GET("/api/v1/runs/{run_id}/outputs/{dataset}/preview", { params, signal }));
    },
    staleTime: Infinity,
    retry: false,
  });
}

/** All of a value that was kept as text. */
export function wholeTextQuery(key: OutputKey) {
  return queryOptions({
    queryKey: [...outputKeys.one(key), "whole"],
    queryFn: async ({ signal }) => {
      const answer = await fetch(contentOf(key), { signal });
      if (!answer.ok) throw new Error(`its file can’t be read: the server answered ${answer.status}`);
      return await answer.text();
    },
    staleTime: Infinity,
    retry: false,
  });
}

/** What is in each column of a table. */
export function tableSummaryQuery(key: OutputKey) {
  return queryOptions({
    queryKey: [...outputKeys.one(key), "summary"],
    queryFn: async ({ signal }) => {
      const params = { path: pathOf(key), query: { map_index: indexOf(key) } };
      return await body(api.GET("/api/v1/runs/{run_id}/outputs/{dataset}/summary", { params, signal }));
    },
    staleTime: Infinity,
    retry: false,
  });
}

/** Where a value is downloaded from, or shown as a picture. */
export function contentOf(key: OutputKey, more: { csv?: boolean; inline?: boolean } = {}): string {
  const query = new URLSearchParams();
  if (key.mapIndex !== null) query.set("map_index", String(key.mapIndex));
  if (more.csv) query.set("format", "csv");
  if (more.inline) query.set("inline", "true");
  const text = query.toString();
  const path = `/api/v1/runs/${encodeURIComponent(key.run)}/outputs/${encodeURIComponent(key.dataset)}/content`;
  return text === "" ? path : `${path}?${text}`;
}
