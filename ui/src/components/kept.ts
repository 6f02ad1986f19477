/** What a person left of a place: who comes back finds it so, until the window is closed. */
import { useRouterState } from "@tanstack/react-router";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";

const kept = new Map<string, unknown>();
/** More entries than anybody goes back. */
const MOST = 500;

function keep(key: string, value: unknown): void {
  kept.delete(key);
  kept.set(key, value);
  for (const first of kept.size > MOST ? kept.keys() : []) {
    kept.delete(first);
    break;
  }
}

/** The entry of the browser's history that is shown. */
export function useEntry(): string {
  return useRouterState({ select: (state) => state.location.state.__TSR_key ?? "" });
}

/** A state that is kept by a key. */
export function useKept<Value>(key: string, begin: Value): [Value, (change: (before: Value) => Value) => void] {
  const read = () => ({ key, value: kept.has(key) ? (kept.get(key) as Value) : begin });
  const [held, setHeld] = useState(read);
  if (held.key !== key) setHeld(read);
  useEffect(() => keep(held.key, held.value), [held]);
  const set = useCallback((change: (before: Value) => Value) => setHeld((before) => ({ ...before, value: change(before.value) })), []);
  return [held.value, set];
}

/** How far down something is scrolled. It is scrolled there again when it is drawn and `back`; until then it has no height. */
export function useKeptScroll(frame: RefObject<HTMLElement | null>, back: boolean): void {
  const entry = useEntry();
  useLayoutEffect(() => {
    const top = kept.get(`${entry} top`);
    if (back && frame.current !== null && typeof top === "number") frame.current.scrollTop = top;
  }, [frame, entry, back]);
  useLayoutEffect(() => {
    const element = frame.current;
    const scrolled = () => keep(`${entry} top`, element?.scrollTop ?? 0);
    element?.addEventListener("scroll", scrolled, { passive: true });
    return () => element?.removeEventListener("scroll", scrolled);
  }, [frame, entry]);
}
