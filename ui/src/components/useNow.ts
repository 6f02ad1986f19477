import { useSyncExternalStore } from "react";

const seers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(seer: () => void): () => void {
  seers.add(seer);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of seers) each();
  }, 1_000);
  return () => {
    seers.delete(seer);
    if (seers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, each second; in milliseconds since 1970. One clock for all that shows it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
