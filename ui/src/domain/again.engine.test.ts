import { expect, test } from "vitest";
import { type Graph, type PastTask, replayOf, retryOf } from "./again";
import cases from "./again.cases.json";
import { retryFromRefusal, runRefusal } from "./actions";
import type { RunState } from "./states";

/** What the engine makes of runs that ended by chance (tests/engine/again_cases.py). */
interface Case {
  graph: Graph;
  run: RunState;
  tasks: PastTask[];
  retry: Record<string, { refused: string | true } | { runs: string[]; items: Record<string, number> }>;
  replay: Record<string, { refused: true } | { runs: string[] }>;
}

test.each((cases as unknown as Case[]).map((one, at) => [at, one] as const))("the page tells of run %i what the engine does", (_, { graph, run, tasks, retry, replay }) => {
  for (const [from, does] of Object.entries(retry)) {
    const task = from === "" ? null : from;
    const told = retryOf(graph, tasks, task);
    const refused = (task === null ? runRefusal : (_action: "retry", of: { state: RunState; reason: null }) => retryFromRefusal(of))("retry", { state: run, reason: null }) ?? told.refused;
    if ("refused" in does) {
      expect(refused, `retry from ${from}`).not.toBeNull();
      if (typeof does.refused === "string") expect(refused).toContain(`${does.refused} before it has no usable output`);
    } else {
      expect([refused, told.runs, Object.fromEntries(told.items)], `retry from ${from}`).toEqual([null, does.runs, does.items]);
    }
  }
  for (const [from, does] of Object.entries(replay)) {
    const told = replayOf(graph, tasks, from);
    if ("refused" in does) expect(told.refused, `replay from ${from}`).not.toBeNull();
    else expect([told.refused, told.runs], `replay from ${from}`).toEqual([null, does.runs]);
  }
});
