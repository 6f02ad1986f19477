import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useChanges } from "../../api/live";
import { runCountQuery, type RunQuery } from "../../api/runs";
import { made, type Change } from "../../domain/apply-event";

/** Runs that were made since the list was read, by id with their time of creation. */
type Made = ReadonlyMap<string, string>;
const NONE: Made = new Map();

/**
 * How many new runs a list, newest first, does not show yet. `newest` is its first, `read`: it has been read; `on`: it
 * is in that order. With a filter the server counts: it knows what fits.
 *
 * What is made while the list is being read is heard too: the answer may be from before.
 */
export function useNewer(query: RunQuery, newest: string | undefined, read: boolean, on: boolean): { count: number; clear: () => void } {
  const [heard, setHeard] = useState<Made>(NONE);
  const [list, setList] = useState({ query, newest });
  if (list.query !== query || list.newest !== newest) {
    setList({ query, newest });
    setHeard(list.query === query ? after(heard, newest) : NONE);
  }
  const hear = useCallback((changes: readonly Change[]) => {
    const found = on ? made(changes, newest) : [];
    if (found.length > 0) setHeard((before) => new Map([...before, ...found]));
  }, [newest, on]);
  useChanges(hear);
  const known = read ? heard : NONE;
  const filtered = Object.keys(query).length > 0;
  const since = [...known.values()].sort()[0];
  const asked = useQuery({
    ...runCountQuery({ ...query, ...(since !== undefined && { created_after: [since] }) }),
    enabled: filtered && since !== undefined,
    refetchInterval: 2_000,
  });
  const fitting = since === undefined ? 0 : (asked.data?.count ?? 0);
  return { count: filtered ? fitting : known.size, clear: () => setHeard(NONE) };
}

function after(heard: Made, newest: string | undefined): Made {
  return newest === undefined ? NONE : new Map([...heard].filter(([id]) => id > newest));
}
