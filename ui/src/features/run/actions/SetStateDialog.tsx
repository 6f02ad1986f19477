import { useState } from "react";

import { useAct } from "../../../api/actions";
import type { RunDocument } from "../../../api/runs";
import { StateLabel } from "../../../components/StateIcon";
import { tell } from "../../../components/Told";
import { runStatesToSet, setFollows, taskStatesToSet } from "../../../domain/actions";
import { taskText } from "../../../domain/formats";
import { isOver, STATE_LOOK, type TaskState } from "../../../domain/states";
import { Confirm } from "./Confirm";
import type { Wish } from "./context";

/** Says how a run or one of its tasks ended, where the record is not what counts. */
export function SetStateDialog({ run, wish, onClose }: { run: RunDocument; wish: Extract<Wish, { action: "set-state" }>; onClose: () => void }) {
  const task = wish.task === null ? undefined : run.tasks.find((one) => one.name === wish.task && one.map_index === wish.mapIndex);
  const states: readonly TaskState[] = task === undefined ? runStatesToSet(run.state) : taskStatesToSet(task.state, run.state);
  const [state, setState] = useState<TaskState | undefined>(states[0]);
  const set = useAct("set-state");
  const now = task?.state ?? run.state;
  const what = task === undefined ? `run ${run.id}` : taskText(task.name, task.map_index, task.label);
  const act = () => {
    if (state === undefined) return;
    set.mutate({ id: run.id, asked: { task: task?.name ?? null, map_index: task?.map_index ?? null, state } }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: its engine has not answered yet" : `Set to ${STATE_LOOK[state].word}`); onClose(); } });
  };
  return (
    <Confirm title={`Set the state of ${what}`} no="Leave it" yes={state === undefined ? "Set" : `Set to ${STATE_LOOK[state].word}`} blocked={state === undefined} doing={set.isPending} problem={set.error} onNo={onClose} onYes={act}>
      <p>It is <StateLabel state={now} /> now. From then on it counts as:</p>
      <div className="pn-ask-states" role="radiogroup" aria-label="State">
        {states.map((one) => (
          <label key={one}><input type="radio" name="state" value={one} checked={one === state} onChange={() => setState(one)} /> <StateLabel state={one} /></label>
        ))}
      </div>
      <p className="pn-dim">
        {isOver(run.state)
          ? `Nothing runs because of it: the record changes, and says who changed it.${task === undefined ? "" : ` ${setFollows(run, task.map_index)}`}`
          : `${run.state === "paused" ? "Once it is resumed, the" : "The"} run goes on ${state === "succeeded" ? "with what waits for it. A task that reads what it never made fails, and says so." : "as if it had ended so."}`}
      </p>
    </Confirm>
  );
}
