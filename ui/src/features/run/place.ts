/** What of a run is looked at, as the address says it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";

import type { RunSearch } from "../../app/search";

/** Changes a part of the address; what is undefined is taken out. The way back leads to the place before only after `push`. */
export type SetPlace = (part: { [Key in keyof RunSearch]?: RunSearch[Key] | undefined }, push?: boolean) => void;

export function useRunPlace(): [RunSearch, SetPlace] {
  const search = useSearch({ strict: false }) as RunSearch;
  const navigate = useNavigate();
  const set = useCallback<SetPlace>((part, push = false) => {
    const changed = (before: RunSearch) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, value]) => value !== undefined));
    void navigate({ to: ".", search: changed as never, replace: !push });
  }, [navigate]);
  return [search, set];
}

/** The time, twice a second while something goes on. */
export function useNow(live: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [live]);
  return now;
}
