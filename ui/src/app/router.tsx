import { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, defaultStringifySearch, redirect } from "@tanstack/react-router";
import { type ComponentType, createElement } from "react";
import { ApiProblem } from "../api/client";
import { coming } from "../components/coming";
import { Trouble } from "../components/Trouble";
import { expectComparison, expectPipeline, expectRun } from "./ahead";
import { NotFound, Waiting } from "./states";
import { readCompareSearch, readPipelineSearch, readRunSearch, readRunsSearch } from "./search";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

export const RUN_TABS = ["overview", "workflow", "gantt", "logs", "outputs", "metrics"] as const;
export const PIPELINE_TABS = ["overview", "workflow", "runs", "grid"] as const;

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // What was refused will be refused again; a busy or absent server may answer soon.
      retry: (count, problem) => count < 3 && !(problem instanceof ApiProblem && problem.status < 500),
    },
  },
});

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Shell, notFoundComponent: NotFound, errorComponent: Trouble });

/** A place whose code comes when somebody goes there. The router's own way loads the page anew where it does not come: with no server there would be no page. */
function place(load: () => Promise<{ default: ComponentType }>) {
  const { Part, ahead } = coming(load);
  return Object.assign(() => createElement(Part), { preload: ahead });
}

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs", replace: true });
  },
});

const login = createRoute({ getParentRoute: () => root, path: "/login", component: SignIn });

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: readRunsSearch,
  component: place(async () => ({ default: (await import("../features/runs/RunsPage")).RunsPage })),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: readRunSearch,
  beforeLoad: ({ params, search }) => {
    throw redirect({ to: "/runs/$runId/$tab", params: { runId: params.runId, tab: "overview" }, search, replace: true });
  },
});

const runTab = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId/$tab",
  validateSearch: readRunSearch,
  loader: ({ context, params }) => expectRun(context.client, params.runId, params.tab),
  component: place(async () => ({ default: (await import("./RunPlace")).RunPlace })),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/runs/$first/compare/$second",
  validateSearch: readCompareSearch,
  loader: ({ context, params }) => expectComparison(context.client, params.first, params.second),
  component: place(async () => ({ default: (await import("../features/compare/ComparePage")).ComparePage })),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: "/pipelines",
  validateSearch: readPipelineSearch,
  component: place(async () => ({ default: (await import("../features/pipelines/PipelinesPage")).PipelinesPage })),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$name",
  validateSearch: readPipelineSearch,
  beforeLoad: ({ params, search }) => {
    throw redirect({ to: "/pipelines/$name/$tab", params: { name: params.name, tab: "overview" }, search, replace: true });
  },
});

const pipelineTab = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$name/$tab",
  validateSearch: readPipelineSearch,
  loader: ({ context, params, location }) => expectPipeline(context.client, params.name, params.tab, readPipelineSearch(location.search as Record<string, unknown>).namespace),
  component: place(async () => ({ default: (await import("./PipelinePlace")).PipelinePlace })),
});

export const router = createRouter({
  routeTree: root.addChildren([home, login, runs, run, runTab, compare, pipelines, pipeline, pipelineTab]),
  context: { client },
  defaultPreload: "intent",
  defaultPreloadDelay: 60,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Trouble,
  scrollRestoration: false,
  // Addresses are read by people: these three need no escape behind the `?`.
  stringifySearch: (search) => defaultStringifySearch(search).replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%2F", "/"),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
