import type { RunQuery } from "../../../api/runs";
import type { RunState } from "../../../domain/states";

/** Of the runs of a query those in some of these states. */
export function narrowed(query: RunQuery, states: readonly RunState[]): RunQuery {
  const said = query["state"] ?? [];
  const wanted = said.filter((state) => !state.startsWith("!"));
  const left = states.filter((state) => (wanted.length === 0 || wanted.includes(state)) && !said.includes(`!${state}`));
  // No state at all would mean every state: none is in two at once.
  return { ...query, state: left.length > 0 ? left : ["running", "!running"] };
}
