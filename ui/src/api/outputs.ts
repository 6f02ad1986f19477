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

export function outputsQuery(run: string) {
  return queryOptions({
    queryKey: [...outputKeys.run(run), "list"],
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/runs/{run_id}/outputs", { params: { path: { run_id: run } }, signal })),
  });
}

const pathOf = ({ run, dataset }: OutputKey) => ({ run_id: run, dataset });
const indexOf = ({ mapIndex }: OutputKey) => mapIndex ?? undefined;

/** Rows of a table from `offset`, or the beginning of a text. */
export function previewQuery(key: OutputKey, offset: number, limit: number) {
  return queryOptions({
    queryKey: [...outputKeys.one(key), "preview", offset, limit],
    queryFn: async ({ signal }) => {
      const params = { path: pathOf(key), query: { map_index: indexOf(key), offset, limit } };
      return await body(api.GET("/api/v1/runs/{run_id}/outputs/{dataset}/preview", { params, signal }));
    },
    staleTime: Infinity,
    retry: false,
    placeholderData: keepPreviousData,
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
