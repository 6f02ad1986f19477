import type { QueryClient } from "@tanstack/react-query";
import { comparisonQuery } from "../api/comparison";
import { runGraphQuery } from "../api/graphs";
import { runQuery } from "../api/runs";
import { expectPart } from "../features/run/parts";

/** Asks for what a run's page will show while the page's own code comes; on the way to a link too. Waits for nothing. */
export function expectRun(client: QueryClient, runId: string, tab: string): void {
  void client.prefetchQuery(runQuery(runId));
  if (tab === "workflow" || tab === "gantt") void client.prefetchQuery(runGraphQuery(runId));
  expectPart(tab);
}

/** The same for two runs side by side. */
export function expectComparison(client: QueryClient, first: string, second: string): void {
  void client.prefetchQuery(comparisonQuery(first, second));
}
