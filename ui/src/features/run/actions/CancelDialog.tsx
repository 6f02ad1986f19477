import { useAct } from "../../../api/actions";
import type { RunDocument } from "../../../api/runs";
import { tell } from "../../../components/Told";
import { countText, taskText } from "../../../domain/formats";
import { Confirm } from "./Confirm";
import { Names } from "./Names";

export function CancelDialog({ run, onClose }: { run: RunDocument; onClose: () => void }) {
  const cancel = useAct("cancel");
  const running = run.tasks.filter(({ state }) => state === "running" || state === "cancelling" || state === "paused");
  const waiting = run.tasks.filter(({ state }) => state === "created" || state === "queued" || state === "retrying");
  const done = run.tasks.length - running.length - waiting.length;
  const act = () => cancel.mutate({ id: run.id, asked: {} }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: its engine has not answered yet" : "Cancelling"); onClose(); } });
  return (
    <Confirm title={`Cancel run ${run.id}?`} no="Keep it running" yes="Cancel the run" dangerous doing={cancel.isPending} problem={cancel.error} onNo={onClose} onYes={act}>
      {running.length === 0
        ? <p>No task runs now.</p>
        : (
          <>
            <p>{running.length === 1 ? "1 task runs now. It is asked to end; when its grace is over (5 s, unless the task says otherwise)" : `${countText(running.length)} tasks run now. They are asked to end; when their grace is over (5 s, unless the task says otherwise)`} what is left is killed, with all that it started.</p>
            <Names names={running.map(({ name, map_index, label, state }) => ({ name: taskText(name, map_index, label), state }))} />
          </>
        )}
      <p>
        {waiting.length > 0 && (waiting.length === 1 ? "1 task that has not begun does not begin. " : `${countText(waiting.length)} tasks that have not begun do not begin. `)}
        {done > 0 && (done === 1 ? "What 1 task has done stays." : `What ${countText(done)} tasks have done stays.`)}
      </p>
    </Confirm>
  );
}
