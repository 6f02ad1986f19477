/** What the stream tells while something is being read: the answer may be from before that, and must not undo it. */
import type { Query, QueryCache } from "@tanstack/react-query";
import type { Change } from "../domain/apply-event";
import { jsonText } from "../domain/json";

export class Meanwhile {
  /** By query: the latest of each thing that changed since its reading began. */
  readonly #told = new Map<string, Map<string, Change>>();

  /** Calls `settled` when such a query has been read, with what was told meanwhile. Ends when the function given back is called. */
  watch(cache: QueryCache, concerns: (query: Query) => boolean, settled: (query: Query, changes: readonly Change[]) => void): () => void {
    return cache.subscribe((event) => {
      if (event.type === "removed") this.#told.delete(event.query.queryHash);
      if (event.type !== "updated" || !concerns(event.query)) return;
      const { action, query } = event;
      if (action.type === "fetch") this.#told.set(query.queryHash, new Map());
      else if (action.type === "error") this.#told.delete(query.queryHash);
      else if (action.type === "success" && action.manual !== true) {
        const told = this.#told.get(query.queryHash);
        this.#told.delete(query.queryHash);
        if (told !== undefined && told.size > 0) settled(query, [...told.values()]);
      }
    });
  }

  /** The stream has told this. */
  tell(changes: readonly Change[]): void {
    for (const told of this.#told.values()) for (const change of changes) told.set(thingOf(change), change);
  }
}

function thingOf(change: Change): string {
  if (change.kind === "run") return `run ${change.run.id}`;
  if (change.kind === "task") return `task ${change.run_id} ${change.name} ${change.map_index ?? ""}`;
  return jsonText(change);
}
