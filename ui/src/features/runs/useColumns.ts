import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { viewsQuery } from "../../api/views";
import { USUAL } from "./columns";

const KEPT = "penstock:run-columns";

/** The columns in their order: of the address, else of the view that it names, else those that this browser keeps. */
export function useColumns(said: string | undefined, view: number | undefined, onSay: (columns: string | undefined) => void): [string[], (keys: readonly string[]) => void] {
  const { data: views } = useQuery({ ...viewsQuery(), enabled: view !== undefined });
  const [own, setOwn] = useState<string[]>(kept);
  const saved = view === undefined ? [] : (views?.find((one) => one.id === view)?.columns ?? []);
  const keep = (next: readonly string[]) => {
    if (view === undefined) {
      setOwn([...next]);
      try {
        localStorage.setItem(KEPT, next.join());
      } catch {
        // Kept until the page is left.
      }
    }
    onSay(next.join() === (view === undefined ? USUAL : saved).join() ? undefined : next.join());
  };
  if (said !== undefined) return [said.split(","), keep];
  return [saved.length > 0 ? saved : own, keep];
}

function kept(): string[] {
  try {
    return localStorage.getItem(KEPT)?.split(",") ?? [...USUAL];
  } catch {
    return [...USUAL];
  }
}
