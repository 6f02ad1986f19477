import { useRef, useState } from "react";

import { type Asked, type AskedAction, type Outcome, useActOnMany } from "../../../api/actions";
import { freshKey } from "../../../api/once";
import { partsOf } from "./touched";

/** Runs that the server is asked to act on at once: few enough that each part is answered in a moment. */
const PART = 200;

/** Asks in parts, one after another, and gathers what became of each run; can be stopped between two. */
export function useInParts<Action extends AskedAction | "approve">(action: Action) {
  const many = useActOnMany(action);
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const [state, setState] = useState<"before" | "doing" | "done">("before");
  const [problem, setProblem] = useState<Error | null>(null);
  const stopped = useRef(false);
  const go = async (wishes: readonly (readonly [ids: readonly string[], asked: Asked[Action]])[]) => {
    stopped.current = false;
    setState("doing");
    setProblem(null);
    try {
      for (const [part, asked] of wishes.flatMap(([ids, asked]) => partsOf(ids, PART).map((part) => [part, asked] as const))) {
        if (stopped.current) break;
        const report = await many.mutateAsync({ many: { ids: part }, asked, key: freshKey() });
        setOutcomes((before) => [...before, ...report.results]);
      }
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    }
    setState("done");
  };
  return { go, outcomes, problem, started: state !== "before", doing: state === "doing", stop: () => void (stopped.current = true) };
}
