import { getRouteApi, Navigate } from "@tanstack/react-router";
import RunPage from "../features/run/RunPage";
import { useWatchedRun } from "../api/live";
import { RUN_TABS } from "./router";

const route = getRouteApi("/runs/$runId/$tab");

/** A run's page at one of its tabs, live. */
export function RunPlace() {
  const { runId, tab } = route.useParams();
  useWatchedRun(runId);
  if (!RUN_TABS.some((known) => known === tab)) return <Navigate to="/runs/$runId/$tab" params={{ runId, tab: "overview" }} replace />;
  return <RunPage key={runId} runId={runId} tab={tab} />;
}
