/** What the tasks of a run reported, and what their processes used. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";

export const metricsKey = (run: string) => ["metrics", run] as const;

export function metricsQuery(run: string) {
  return queryOptions({
    queryKey: metricsKey(run),
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/runs/{run_id}/metrics", { params: { path: { run_id: run } }, signal })),
    placeholderData: keepPreviousData,
  });
}
