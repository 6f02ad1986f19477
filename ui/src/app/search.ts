/** What stands behind the `?` of each place. Unknown and wrong values are dropped, never an error page. */

/** What is selected in a run; the same for all its tabs. */
export interface RunSearch {
  task?: string;
  /** Item of a fan-out. */
  map?: number;
  attempt?: number;
  dataset?: string;
  /** A line of the log, from 1; `to`: with all up to there. */
  line?: number;
  to?: number;
  from?: string;
  until?: string;
  q?: string;
  levels?: string;
  generation?: number;
  /** The source of the selected task is shown. */
  source?: boolean;
}

export interface RunsSearch {
  q?: string;
  sort?: string;
  view?: number;
  /** Keys of the columns, in their order. */
  columns?: string;
}

export interface CompareSearch {
  /** Also what is the same in both runs. */
  all?: boolean;
  /** Only tasks whose name has this. */
  q?: string;
  order?: "definition";
}

export interface PipelineSearch {
  namespace?: string;
  run?: "now";
  /** A run whose params fill the form. */
  like?: string;
  /** What is selected in its workflow. */
  task?: string;
  dataset?: string;
  q?: string;
}

type Given = Record<string, unknown>;

export function readRunSearch(given: Given): RunSearch {
  return dropped({
    task: text(given["task"]), map: whole(given["map"]), attempt: whole(given["attempt"]), dataset: text(given["dataset"]),
    line: whole(given["line"]), to: whole(given["to"]), from: text(given["from"]), until: text(given["until"]),
    q: text(given["q"]), levels: text(given["levels"]), generation: whole(given["generation"]), source: given["source"] === true || undefined,
  });
}

export function readRunsSearch(given: Given): RunsSearch {
  return dropped({ q: text(given["q"]), sort: text(given["sort"]), view: whole(given["view"]), columns: text(given["columns"]) });
}

export function readCompareSearch(given: Given): CompareSearch {
  return dropped({ all: given["all"] === true || given["all"] === 1 || undefined, q: text(given["q"]), order: given["order"] === "definition" ? ("definition" as const) : undefined });
}

export function readPipelineSearch(given: Given): PipelineSearch {
  return dropped({
    namespace: text(given["namespace"]), run: given["run"] === "now" ? ("now" as const) : undefined, like: text(given["like"]), q: text(given["q"]), task: text(given["task"]), dataset: text(given["dataset"]),
  });
}

// The router reads `?task=12` as a number, and a task may be called so.
function text(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function whole(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function dropped<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
