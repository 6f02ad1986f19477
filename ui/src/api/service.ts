/** About the service itself. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";

/** Which project is shown, and whether an engine is up that starts what is asked for. */
export function aboutQuery() {
  return queryOptions({
    queryKey: ["about"],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/about", { signal })),
    refetchInterval: 15_000,
  });
}

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  await api.DELETE("/api/v1/session");
  location.assign("/login");
}
