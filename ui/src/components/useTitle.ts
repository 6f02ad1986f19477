import { useEffect } from "react";

/** The window's title while this is on the screen. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Penstock`;
    return () => void (document.title = before);
  }, [title]);
}
