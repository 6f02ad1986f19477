import type { QueryClient } from "@tanstack/react-query";
import { comparisonQuery } from "../api/comparison";
import { pipelineGraphQuery, runGraphQuery } from "../api/graphs";
import { pipelineQuery } from "../api/pipelines";
import { runQuery } from "../api/runs";
import { expectPart as expectPipelinePart } from "../features/pipelines/parts";
import { expectPart } from "../features/run/parts";
import { expectLayout } from "../graph/layout/ask";

/** Milliseconds that a place waits for the code of its part: less than after which the router shows that it waits. */
const PATIENCE = 140;

/**
 * Asks for what a run's page will show while the page's own code comes; on the way to a link too. Waits for no answer, and
 * a moment for the code of the tab: what is there when React first looks for it is drawn at once.
 */
export async function expectRun(client: QueryClient, runId: string, tab: string): Promise<void> {
  if (tab === "workflow") void expectPicture(client, runId);
  void client.prefetchQuery(runQuery(runId));
  if (tab === "gantt") void client.prefetchQuery(runGraphQuery(runId));
  await Promise.race([expectPart(tab), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** The graph is asked for first: its layout takes longest, and needs nothing of the run. */
async function expectPicture(client: QueryClient, runId: string): Promise<void> {
  const drawing = import("../views/graph/begin").catch(() => undefined);
  await client.prefetchQuery(runGraphQuery(runId));
  const graph = client.getQueryData(runGraphQuery(runId).queryKey);
  if (graph === undefined) return;
  expectLayout(graph.tasks.length);
  (await drawing)?.beginLayout(graph);
}

/** The same for a pipeline's page. */
export async function expectPipeline(client: QueryClient, name: string, tab: string, namespace = "default"): Promise<void> {
  const key = { name, namespace };
  void client.prefetchQuery(pipelineQuery(key));
  if (tab === "workflow") void client.prefetchQuery(pipelineGraphQuery(key));
  await Promise.race([expectPipelinePart(tab), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** The same for two runs side by side. */
export function expectComparison(client: QueryClient, first: string, second: string): void {
  void client.prefetchQuery(comparisonQuery(first, second));
}
