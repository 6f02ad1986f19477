import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";

/** Something that can be done where one is, for the palette. */
export interface Doing {
  key: string;
  word: string;
  /** It touches all that are listed: what is meant more often comes before it. */
  many?: boolean;
  act: () => void;
}

const places = new Set<{ current: readonly Doing[] }>();
const seers = new Set<() => void>();
/** Grows with each place that comes or goes. */
let turn = 0;

/** What the places on the screen let a person do: as it was when the last of them came, so that nothing moves under a hand. */
export function useDoingsHere(): Doing[] {
  const now = useSyncExternalStore(seen, () => turn);
  // oxlint-disable-next-line react/exhaustive-deps -- what it reads changes with the turn
  return useMemo(() => [...places].flatMap((place) => place.current), [now]);
}

function seen(seer: () => void): () => void {
  seers.add(seer);
  return () => seers.delete(seer);
}

function turned(): void {
  turn++;
  for (const seer of seers) seer();
}

/** While this is on the screen, the palette offers these too. */
export function useDoings(doings: readonly Doing[]): void {
  const now = useRef(doings);
  useEffect(() => {
    now.current = doings;
  });
  useEffect(() => {
    places.add(now);
    turned();
    return () => {
      places.delete(now);
      turned();
    };
  }, []);
}
