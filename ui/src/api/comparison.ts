/** Two runs side by side, as the server tells them apart. */
import { useQueryClient, queryOptions } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import type { Change } from "../domain/apply-event";
import { api, body, type Schemas } from "./client";
import { useChanges } from "./live";

export type Comparison = Schemas["Comparison"];

/** Milliseconds after which two runs that go on are compared anew, at the earliest. */
const REREAD = 500;

const KEY = ["comparison"] as const;

export function comparisonQuery(first: string, second: string) {
  return queryOptions({
    queryKey: [...KEY, first, second],
    queryFn: async ({ signal }) =>
      await body(api.GET("/api/v1/runs/{run_id}/compare", { params: { path: { run_id: first }, query: { with: second } }, signal })),
  });
}

/** While this is on the screen, what happens to one of the two (by their whole ids) shows in what they are compared by. */
export function useFreshComparison(first: string, second: string): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const heard = useCallback((changes: readonly Change[]) => {
    if (timer.current !== undefined || !changes.some((change) => touches(change, first, second))) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      // An address may name a run in other words, such as `latest`.
      void client.invalidateQueries({ queryKey: KEY });
    }, REREAD);
  }, [client, first, second]);
  useChanges(heard);
}

function touches(change: Change, first: string, second: string): boolean {
  if (change.kind === "pipelines" || change.kind === "logs") return false;
  if (change.kind === "deleted") return change.ids.includes(first) || change.ids.includes(second);
  const id = change.kind === "run" ? change.run.id : change.run_id;
  return id === first || id === second;
}
