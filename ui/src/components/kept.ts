/** What a person left of a place: who comes back by the browser's history finds it so. */
import { useRouterState } from "@tanstack/react-router";
import { type RefObject, useLayoutEffect, useState } from "react";

/** By the entry of the history and the name of what is kept. */
const kept = new Map<string, number>();
/** More entries than anybody goes back. */
const MOST = 500;

function keep(key: string, value: number): void {
  kept.delete(key);
  kept.set(key, value);
  for (const first of kept.size > MOST ? kept.keys() : []) {
    kept.delete(first);
    break;
  }
}

function useEntry(): string {
  return useRouterState({ select: (state) => state.location.state.__TSR_key ?? "" });
}

/** A figure that is kept with the entry. */
export function useKept(name: string, begin: number): [number, (value: number) => void] {
  const key = `${useEntry()} ${name}`;
  const [value, setValue] = useState(() => kept.get(key) ?? begin);
  return [value, (next) => {
    keep(key, next);
    setValue(next);
  }];
}

/** How far down something is scrolled. It is scrolled there again when it is drawn and `back`; until then it has no height. */
export function useKeptScroll(frame: RefObject<HTMLElement | null>, back: boolean): void {
  const entry = useEntry();
  useLayoutEffect(() => {
    const top = kept.get(`${entry} top`);
    if (back && frame.current !== null && top !== undefined) frame.current.scrollTop = top;
  }, [frame, entry, back]);
  useLayoutEffect(() => {
    const element = frame.current;
    const scrolled = () => keep(`${entry} top`, element?.scrollTop ?? 0);
    element?.addEventListener("scroll", scrolled, { passive: true });
    return () => element?.removeEventListener("scroll", scrolled);
  }, [frame, entry]);
}
