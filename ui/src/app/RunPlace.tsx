import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { runGraphQuery } from "../api/graphs";
import RunPage from "../features/run/RunPage";
import { useWatchedRun } from "../api/live";
import { RUN_TABS } from "./router";

const route = getRouteApi("/runs/$runId/$tab");

/** A run's page at one of its tabs, live. */
export function RunPlace() {
  const { runId, tab } = route.useParams();
  useWatchedRun(runId);
  const client = useQueryClient();
  const withGraph = tab === "workflow" || tab === "gantt";
  useEffect(() => {
    // Asked for beside the run, not after it.
    if (withGraph) void client.prefetchQuery(runGraphQuery(runId));
  }, [client, runId, withGraph]);
  if (!RUN_TABS.some((known) => known === tab)) return <Navigate to="/runs/$runId/$tab" params={{ runId, tab: "overview" }} replace />;
  return <RunPage key={runId} runId={runId} tab={tab} />;
}
