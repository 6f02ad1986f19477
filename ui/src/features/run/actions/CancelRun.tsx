/** Cancel a run, once it was said what that does. */
import { Button } from "@mantine/core";
import { CircleStop } from "lucide-react";
import { useState } from "react";

import { type RunDocument, useCancelRun } from "../../../api/runs";
import { Confirm } from "./Confirm";

export function CancelRun({ run }: { run: RunDocument }) {
  const [asks, setAsks] = useState(false);
  const cancel = useCancelRun();
  const waits = run.state === "cancelling" || cancel.isSuccess;
  const running = run.tasks.reduce((sum, task) => sum + (task.state === "running" ? 1 : 0), 0);
  return (
    <>
      <Button color="red" variant="light" leftSection={<CircleStop size={14} aria-hidden />} disabled={waits} loading={cancel.isPending} onClick={() => setAsks(true)}>{waits ? "Cancelling" : "Cancel"}</Button>
      <Confirm opened={asks} title={`Cancel run ${run.id}?`} no="Keep it running" yes="Cancel the run" dangerous doing={cancel.isPending} problem={cancel.error} onNo={() => setAsks(false)} onYes={() => cancel.mutate(run.id, { onSuccess: () => setAsks(false) })}>
        {running === 0 ? "No task is running now." : running === 1 ? "The task that runs now is stopped." : `The ${running.toLocaleString("en")} tasks that run now are stopped.`}{" "}
        What has not begun does not begin; what is done stays.
      </Confirm>
    </>
  );
}
