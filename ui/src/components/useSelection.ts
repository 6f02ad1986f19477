import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { RunSearch } from "../app/search";

/** What is selected in a run: a task, one of its items, an attempt; or a dataset. It stands in the address, for all tabs. */
export interface Selection {
  task: string | undefined;
  mapIndex: number | undefined;
  attempt: number | undefined;
  /** Of the attempt; the latest, where it is not said. */
  generation: number | undefined;
  dataset: string | undefined;
  /** Selects; what is not named is no longer selected. Without arguments nothing is. Replaces the place in the history. */
  select: (to?: { task?: string | undefined; mapIndex?: number | null | undefined; attempt?: number | null | undefined; generation?: number | null | undefined; dataset?: string | undefined }) => void;
}

/** The selection of the run's page, shared by its tabs. */
export function useSelection(): Selection {
  const search: RunSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const select = useCallback<Selection["select"]>(
    (to = {}) => {
      void navigate({
        to: ".",
        replace: true,
        search: (before: RunSearch) => ({
          ...before, task: to.task, map: to.mapIndex ?? undefined, attempt: to.attempt ?? undefined, generation: to.generation ?? undefined, dataset: to.dataset, line: undefined, to: undefined, source: undefined,
        }),
      } as never);
    },
    [navigate],
  );
  return { task: search.task, mapIndex: search.map, attempt: search.attempt, generation: search.generation, dataset: search.dataset, select };
}
