/** Graphs of definitions, as a run used them or as a pipeline has them, and the code of their tasks. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import type { PipelineKey } from "./pipelines";

/** The graph of the version that a run used. It never changes. */
export function runGraphQuery(run: string) {
  return queryOptions({
    queryKey: ["run", run, "graph"],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/graph", { params: { path: { run_id: run } }, signal })),
    staleTime: Infinity,
  });
}

/** The graph of a version of a pipeline, by default of the latest. */
export function pipelineGraphQuery({ name, namespace }: PipelineKey, version?: string) {
  return queryOptions({
    queryKey: ["pipelines", namespace, name, "graph", version ?? null],
    queryFn: async ({ signal }) => {
      const params = { path: { name }, query: { namespace, ...(version === undefined ? {} : { version }) } };
      return await body(api.GET("/api/v1/pipelines/{name}/graph", { params, signal }));
    },
  });
}
