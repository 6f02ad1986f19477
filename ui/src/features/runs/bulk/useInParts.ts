import { useEffect, useEffectEvent, useRef, useState } from "react";

import { type Asked, type AskedAction, type Outcome, useActOnMany } from "../../../api/actions";
import { freshKey } from "../../../api/once";
import { partsOf } from "./touched";

/** Runs that the server is asked to act on at once: few enough that each part is answered in a moment. */
const PART = 200;
/** Milliseconds after which it is asked again what became of those whose engine had not answered. */
const AGAIN = 1_000;

/** What is asked of some runs at once, and what became of each. Asked again with its key, the server does nothing twice. */
interface Part<Wish> {
  ids: string[];
  asked: Wish;
  key: string;
  outcomes: readonly Outcome[];
}

/** Asks in parts, one after another, and gathers what became of each run; can be stopped between two. */
export function useInParts<Action extends AskedAction | "approve">(action: Action) {
  const many = useActOnMany(action);
  const [parts, setParts] = useState<ReadonlyMap<string, Part<Asked[Action]>>>(new Map());
  const [state, setState] = useState<"before" | "doing" | "done">("before");
  const [problem, setProblem] = useState<Error | null>(null);
  const stopped = useRef(false);
  const ask = async ({ ids, asked, key }: Omit<Part<Asked[Action]>, "outcomes">) => {
    const outcomes = (await many.mutateAsync({ many: { ids }, asked, key })).results;
    setParts((before) => new Map(before).set(key, { ids, asked, key, outcomes }));
  };
  const failed = (error: unknown) => setProblem(error instanceof Error ? error : new Error(String(error)));
  const go = async (wishes: readonly (readonly [ids: readonly string[], asked: Asked[Action]])[]) => {
    stopped.current = false;
    setState("doing");
    setProblem(null);
    try {
      for (const [ids, asked] of wishes.flatMap(([ids, asked]) => partsOf(ids, PART).map((part) => [part, asked] as const))) {
        if (stopped.current) break;
        await ask({ ids, asked, key: freshKey() });
      }
    } catch (error) {
      failed(error);
    }
    setState("done");
  };
  const again = useEffectEvent((part: Part<Asked[Action]>) => void ask(part).catch(failed));
  const waits = state === "done" && problem === null ? [...parts.values()].find(({ outcomes }) => outcomes.some(({ outcome }) => outcome === "waiting")) : undefined;
  useEffect(() => {
    if (waits === undefined) return undefined;
    const timer = setTimeout(() => again(waits), AGAIN);
    return () => clearTimeout(timer);
  }, [waits]);
  const outcomes = [...parts.values()].flatMap((part) => part.outcomes);
  return { go, outcomes, problem, started: state !== "before", doing: state === "doing", stop: () => void (stopped.current = true) };
}
