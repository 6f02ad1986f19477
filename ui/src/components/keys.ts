import { useLayoutEffect, useRef } from "react";

/** Whether a key is meant for a field, a menu or a dialog, and not for the page. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
    return !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit)$/.test(target.type));
  }
  return target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}

/** Single keys of a place, by what `event.key` says. A key of the map is taken; all others go on. What is seen is heard. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const now = useRef(keys);
  useLayoutEffect(() => {
    now.current = keys;
  });
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event)) return;
      const action = Object.hasOwn(now.current, event.key) ? now.current[event.key] : undefined;
      if (action === undefined) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
