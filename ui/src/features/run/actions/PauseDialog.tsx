import { useState } from "react";

import { useAct } from "../../../api/actions";
import type { RunDocument } from "../../../api/runs";
import { Choice } from "../../../components/Choice";
import { tell } from "../../../components/Told";
import { countText, taskText } from "../../../domain/formats";
import { Confirm } from "./Confirm";
import { Names } from "./Names";

/** Lets what runs go on to its end, or stand still at once. */
export function PauseDialog({ run, onClose }: { run: RunDocument; onClose: () => void }) {
  const [now, setNow] = useState<"ends" | "stands">("ends");
  const pause = useAct("pause");
  const running = run.tasks.filter(({ state }) => state === "running");
  const waiting = run.tasks.filter(({ state }) => state === "created" || state === "queued" || state === "retrying").length;
  const act = () => pause.mutate({ id: run.id, asked: { now: now === "stands" } }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: its engine has not answered yet" : "Paused"); onClose(); } });
  return (
    <Confirm title={`Pause run ${run.id}?`} no="Leave it running" yes="Pause the run" doing={pause.isPending} problem={pause.error} onNo={onClose} onYes={act}>
      <p>Nothing new begins until it is resumed{waiting > 0 && ` (${countText(waiting)} ${waiting === 1 ? "task waits" : "tasks wait"})`}. Time-outs stop counting.</p>
      {running.length > 0 && (
        <>
          <p>{running.length === 1 ? "1 task runs now:" : `${countText(running.length)} tasks run now:`}</p>
          <Names names={running.map(({ name, map_index, label, state }) => ({ name: taskText(name, map_index, label), state }))} />
          <Choice label="What runs now" value={now} options={[["ends", "let what runs end"], ["stands", "stop it where it is"]]} onChange={setNow} />
          {now === "stands" && <p className="pn-dim">Its processes stand still, with all that they have in memory, and go on from there. A connection to elsewhere may time out meanwhile.</p>}
        </>
      )}
    </Confirm>
  );
}

export function ResumeDialog({ run, onClose }: { run: RunDocument; onClose: () => void }) {
  const resume = useAct("resume");
  const waiting = run.tasks.filter(({ state }) => state === "created" || state === "queued" || state === "retrying").length;
  const standing = run.tasks.filter(({ state }) => state === "paused").length;
  const act = () => resume.mutate({ id: run.id, asked: {} }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: its engine has not answered yet" : "It goes on"); onClose(); } });
  return (
    <Confirm title={`Resume run ${run.id}?`} no="Leave it paused" yes="Resume the run" doing={resume.isPending} problem={resume.error} onNo={onClose} onYes={act}>
      <p>
        {standing > 0 && `${standing === 1 ? "1 task goes" : `${countText(standing)} tasks go`} on where it stands still. `}
        {waiting === 0 ? "No task waits to begin." : `${waiting === 1 ? "1 task that waits begins" : `${countText(waiting)} tasks that wait begin`} when its turn comes.`} Time-outs count on.
      </p>
    </Confirm>
  );
}
