/** Where anything of a run's page asks for an action: the dialog that says what it does opens over the page. */
import { createContext, use } from "react";

import type { RunAction } from "../../../domain/actions";

/** What somebody wants to do; asked about before it is done. */
export type Wish =
  | { action: "retry" | "replay"; from: string | null; edits?: boolean }
  | { action: "set-state"; task: string | null; mapIndex: number | null }
  | { action: Exclude<RunAction, "retry" | "replay" | "set-state" | "approve" | "reject"> };

export const Asking = createContext<(wish: Wish) => void>(() => undefined);

/** Opens the dialog of an action. */
export function useAsk(): (wish: Wish) => void {
  return use(Asking);
}
