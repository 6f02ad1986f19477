import { useSyncExternalStore } from "react";
import { ROOMS } from "./columns";

const queries = ROOMS.map((least) => ({ least, query: matchMedia(`(min-width: ${least}px)`) }));

/** From how many pixels on a window is as wide as this one; another only where that changes what has room. */
export function useRoom(): number {
  return useSyncExternalStore(heard, () => queries.find(({ query }) => query.matches)?.least ?? 0);
}

function heard(changed: () => void): () => void {
  for (const { query } of queries) query.addEventListener("change", changed);
  return () => {
    for (const { query } of queries) query.removeEventListener("change", changed);
  };
}
