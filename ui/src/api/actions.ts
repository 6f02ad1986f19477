/** What is asked of runs: of one, and of many at once with a report for each. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { RunAction } from "../domain/actions";
import { questionsOf, versionKey } from "../domain/approvals";
import type { TaskState } from "../domain/states";
import { api, body, type Schemas } from "./client";
import { runGraphQuery } from "./graphs";
import { runKeys, type RunSummary } from "./runs";

/** What each action takes. */
export interface Asked {
  cancel: { force?: boolean };
  pause: { now: boolean };
  resume: { step?: boolean; params?: Record<string, unknown> };
  approve: { task: string; decision: "approve" | "reject"; values: Record<string, unknown>; comment: string | null };
  breakpoints: { set: string[]; remove: string[] };
  "force-run": Record<string, never>;
  "set-state": { task: string | null; map_index: number | null; state: TaskState };
  delete: { children: boolean };
  retry: { task?: string | null; params?: Record<string, unknown> };
  replay: { task?: string | null; params?: Record<string, unknown>; version: "same" | "latest" };
}
/** Those that are asked of many runs in the same words; an answer differs by what each asks. */
export type AskedAction = Exclude<keyof Asked & RunAction, "approve">;

/** The run as it is then (of a replay the new one); or that its engine has not answered yet. */
export type Answer = { run: RunSummary } | { waits: string };

/** Which runs an action on many touches: these, those that fit a filter, or all. */
export type Many = { ids: string[] } | { filter: string } | { all: true };

/** What became of each of many runs. `replay`: the new run. */
export type Outcome = Schemas["ActionResult"] & { replay?: string | null };

/** Why a run refused, and what helps. */
export function refusalText({ detail, code, cure }: Outcome): string {
  const why = detail ?? code ?? "";
  return cure === null ? why : `${why}; ${cure}`;
}

export type Report = Omit<Schemas["ManyResult"], "results"> & { results: Outcome[] };

/** Asks for an action on a run. The same `key` asked twice acts once. */
export function useAct<Action extends keyof Asked>(action: Action) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, asked, key }: { id: string; asked: Asked[Action]; key?: string }): Promise<Answer> => {
      // All actions of one run are asked for in the same way; the paths differ in their last word alone.
      const path = `/api/v1/runs/{run_id}/actions/${action}` as "/api/v1/runs/{run_id}/actions/retry";
      const answer = api.POST(path, { params: { path: { run_id: id } }, body: asked as Schemas["RetryBody"], headers: headersOf(key) });
      const told: RunSummary | Schemas["CommandDocument"] = await body(answer as Promise<{ data?: RunSummary | Schemas["CommandDocument"] }>);
      return "run_id" in told ? { waits: told.run_id } : { run: told };
    },
    onSettled: (_done, problem, { id }) => {
      // Of what was deleted there is nothing to read any more.
      if (action !== "delete" || problem !== null) void client.invalidateQueries({ queryKey: runKeys.one(id) });
      void client.invalidateQueries({ queryKey: runKeys.lists });
    },
  });
}

/** The same for many runs: one refusal does not stop the rest. */
export function useActOnMany<Action extends AskedAction | "approve">(action: Action) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ many, asked, key }: { many: Many; asked: Asked[Action]; key?: string }): Promise<Report> => {
      const path = `/api/v1/runs/actions/${action}` as "/api/v1/runs/actions/retry";
      return await body(api.POST(path, { body: { ...asked, ...many } as Schemas["ManyRetryBody"], headers: headersOf(key) }));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: runKeys.lists }),
  });
}

/** What these runs ask people now. */
export function questionsQuery(ids: readonly string[]) {
  return queryOptions({
    queryKey: ["questions", ids],
    queryFn: async ({ signal, client }) => {
      const runs: Schemas["RunDocument"][] = [];
      for (let at = 0; at < ids.length; at += TOGETHER) {
        const part = ids.slice(at, at + TOGETHER).map(async (id) => await body(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal })));
        runs.push(...await Promise.all(part));
      }
      const nodes = new Map<string, Schemas["TaskNode"][]>();
      for (const run of runs) if (!nodes.has(versionKey(run))) nodes.set(versionKey(run), (await client.query(runGraphQuery(run.id))).tasks);
      return questionsOf(runs, nodes);
    },
    gcTime: 0,
    staleTime: 0,
  });
}

/** Runs that are read at once: more would keep other calls of the page waiting. */
const TOGETHER = 4;

function headersOf(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { "Idempotency-Key": key };
}

/** The params that the version of a run takes. They never change. */
export function runParamsQuery(id: string) {
  return queryOptions({
    queryKey: [...runKeys.one(id), "params"],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/params", { params: { path: { run_id: id } }, signal })),
    staleTime: Infinity,
  });
}
