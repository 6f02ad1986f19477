/** Saved views of the list of runs. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";

export type SavedView = Schemas["SavedView"];
const key = ["views"] as const;

export function viewsQuery() {
  return queryOptions({
    queryKey: key,
    queryFn: async ({ signal }) => (await body(api.GET("/api/v1/views", { signal }))).items,
    staleTime: 60_000,
  });
}

/** Keeps a view; changes the one of that number, if one is given. */
export function useKeepView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, view }: { id?: number | undefined; view: Schemas["SavedViewBody"] }) =>
      id === undefined
        ? await body(api.POST("/api/v1/views", { body: view }))
        : await body(api.PUT("/api/v1/views/{view_id}", { params: { path: { view_id: id } }, body: view })),
    onSettled: () => void client.invalidateQueries({ queryKey: key }),
  });
}

export function useDeleteView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: number) => {
      await api.DELETE("/api/v1/views/{view_id}", { params: { path: { view_id: id } } });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: key }),
  });
}
