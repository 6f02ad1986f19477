/** Tells `public/ahead.js` which files the code of each place is in, so that they are asked for before the page's own code runs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rollup } from "vite";

const RUN = "src/app/RunPlace.tsx";
const PIPELINE = "src/app/PipelinePlace.tsx";
const tab = (module: string) => [RUN, `src/features/run/${module}.tsx`];

/** Modules of each place, by its address. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "/runs": ["src/features/runs/RunsPage.tsx"],
  "/pipelines": ["src/features/pipelines/PipelinesPage.tsx"],
  "/runs/*/overview": tab("overview/OverviewTab"),
  "/runs/*/workflow": [...tab("workflow/WorkflowTab"), "src/views/graph/begin.ts", "src/graph/layout/worker.ts"],
  "/runs/*/gantt": tab("gantt/GanttTab"),
  "/runs/*/logs": tab("logs/LogsTab"),
  "/runs/*/outputs": tab("outputs/OutputsTab"),
  "/runs/*/metrics": tab("metrics/MetricsTab"),
  "/pipelines/*/overview": [PIPELINE],
  "/pipelines/*/workflow": [PIPELINE, "src/features/pipelines/GraphTab.tsx"],
  "/pipelines/*/runs": [PIPELINE],
  "/pipelines/*/grid": [PIPELINE, "src/features/pipelines/grid/GridTab.tsx"],
};

export function tellAhead(): Plugin {
  return {
    name: "tell-ahead",
    apply: "build",
    applyToEnvironment: ({ name }) => name === "client",
    writeBundle({ dir }, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (dir === undefined || entry === undefined) return;
      const there = filesOf(entry, bundle);
      const told = Object.entries(PLACES).map(([place, modules]) => [place, [...new Set(modules.flatMap((module) => found(module, chunks, bundle)))].filter((file) => !there.has(file)).map((file) => `/${file}`)]);
      const path = join(dir, "ahead.js");
      writeFileSync(path, readFileSync(path, "utf8").replace("var FILES = {};", `var FILES = ${JSON.stringify(Object.fromEntries(told))};`));
    },
  };
}

/** The files of a module and of all that it imports. A worker is a file that was built by itself. */
function found(module: string, chunks: readonly Rollup.OutputChunk[], bundle: Rollup.OutputBundle): string[] {
  if (module.endsWith("/worker.ts")) return Object.keys(bundle).filter((file) => /worker-[^/]*\.js$/.test(file));
  const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module)) ?? chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
  if (chunk === undefined) throw new Error(`${module} is in no file of the page: mend the places of ahead.config.ts`);
  return [...filesOf(chunk, bundle)];
}

function filesOf(chunk: Rollup.OutputChunk, bundle: Rollup.OutputBundle, known = new Set<string>()): Set<string> {
  if (known.has(chunk.fileName)) return known;
  known.add(chunk.fileName);
  for (const style of chunk.viteMetadata?.importedCss ?? []) known.add(style);
  for (const name of chunk.imports) {
    const inner = bundle[name];
    if (inner?.type === "chunk") filesOf(inner, bundle, known);
  }
  return known;
}
