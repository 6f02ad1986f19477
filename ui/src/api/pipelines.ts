/** Pipelines as the server knows them. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";

/** A pipeline's place: its name within its namespace. */
export interface PipelineKey {
  name: string;
  namespace: string;
}

export const pipelineKeys = {
  all: ["pipelines"] as const,
  one: ({ namespace, name }: PipelineKey) => ["pipelines", namespace, name] as const,
};

/** All pipelines of the project, and the files that can't be read. */
export function pipelinesQuery() {
  return queryOptions({
    queryKey: [...pipelineKeys.all, "list"],
    queryFn: async ({ signal }) => {
      const found: Schemas["PipelineList"] = { items: [], problems: [], next_cursor: null };
      let cursor: string | undefined;
      do {
        const query = { limit: 500, cursor };
        const page = await body(api.GET("/api/v1/pipelines", { params: { query }, signal }));
        found.items.push(...page.items);
        found.problems = page.problems;
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && found.items.length < 5_000);
      return found;
    },
  });
}

/** One pipeline with its params. */
export function pipelineQuery({ name, namespace }: PipelineKey) {
  return queryOptions({
    queryKey: [...pipelineKeys.one({ name, namespace }), "document"],
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/pipelines/{name}", { params: { path: { name }, query: { namespace } }, signal })),
  });
}

/** The params that it takes in an environment of its Kedro project; the first time the server looks into that, which takes seconds. */
export function environmentQuery({ name, namespace }: PipelineKey, version: string, env: string) {
  return queryOptions({
    queryKey: [...pipelineKeys.one({ name, namespace }), "environment", version, env],
    queryFn: async ({ signal }) =>
      await body(api.POST("/api/v1/pipelines/{name}/environments/{env}", { params: { path: { name, env }, query: { namespace } }, signal })),
    retry: false,
  });
}

/** The code of one of its tasks. */
export function taskSourceQuery({ name, namespace }: PipelineKey, task: string) {
  return queryOptions({
    queryKey: [...pipelineKeys.one({ name, namespace }), "source", task],
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/pipelines/{name}/source/{task}", { params: { path: { name, task }, query: { namespace } }, signal })),
  });
}

/** Its tasks over its last runs. */
export function gridQuery({ name, namespace }: PipelineKey, limit: number) {
  return queryOptions({
    queryKey: [...pipelineKeys.one({ name, namespace }), "grid", limit],
    queryFn: async ({ signal }) => {
      const params = { path: { name }, query: { namespace, limit } };
      return await body(api.GET("/api/v1/pipelines/{name}/grid", { params, signal }));
    },
  });
}

/** Asks for a run. The same `key` asked twice makes one run, so that a second click does no harm. */
export function useAskForRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ ask, key }: { ask: Schemas["RunRequestBody"]; key: string }) =>
      await body(api.POST("/api/v1/runs", { body: ask, headers: { "Idempotency-Key": key } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: pipelineKeys.all }),
  });
}
