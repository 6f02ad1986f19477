import { useEffect, useRef } from "react";

/** Something that can be done where one is, for the palette. */
export interface Doing {
  key: string;
  word: string;
  /** It touches all that are listed: what is meant more often comes before it. */
  many?: boolean;
  act: () => void;
}

const places = new Set<{ current: readonly Doing[] }>();

/** What the place on the screen lets a person do now. */
export function doingsHere(): Doing[] {
  return [...places].flatMap((place) => place.current);
}

/** While this is on the screen, the palette offers these too. */
export function useDoings(doings: readonly Doing[]): void {
  const now = useRef(doings);
  useEffect(() => {
    now.current = doings;
  });
  useEffect(() => {
    places.add(now);
    return () => void places.delete(now);
  }, []);
}
