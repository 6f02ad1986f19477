import { getRouteApi, Navigate } from "@tanstack/react-router";
import { PipelinePage } from "../features/pipelines/PipelinePage";
import { PIPELINE_TABS } from "./router";

const route = getRouteApi("/pipelines/$name/$tab");

/** A pipeline's page at one of its tabs. */
export function PipelinePlace() {
  const { name, tab } = route.useParams();
  const search = route.useSearch();
  const known = PIPELINE_TABS.find((one) => one === tab);
  if (known === undefined) return <Navigate to="/pipelines/$name/$tab" params={{ name, tab: "overview" }} search={search} replace />;
  const namespace = search.namespace ?? "default";
  return <PipelinePage key={`${namespace}/${name}`} name={name} namespace={namespace} tab={known} search={search} />;
}
