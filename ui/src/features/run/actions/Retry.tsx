/** Run a run again in place: what of it failed or never ran, or a task with all that comes after it. */
import { Button } from "@mantine/core";
import { RotateCw } from "lucide-react";
import { useState } from "react";

import { type RunDocument, useRetryRun } from "../../../api/runs";
import { isOver } from "../../../domain/states";
import { Confirm } from "./Confirm";
import { retriedText } from "./retried";

/** For a run of which something did not end well; others have nothing to retry. */
export function RetryRun({ run }: { run: RunDocument }) {
  const [asks, setAsks] = useState(false);
  const retry = useRetryRun();
  if (run.state === "succeeded" || run.state === "skipped") return null;
  return (
    <>
      <Button variant="filled" leftSection={<RotateCw size={14} aria-hidden />} loading={retry.isPending} onClick={() => setAsks(true)}>Retry</Button>
      <Confirm opened={asks} title={`Retry run ${run.id}?`} no="Leave it" yes="Retry the run" doing={retry.isPending} problem={retry.error} onNo={() => setAsks(false)} onYes={() => retry.mutate({ id: run.id, task: null }, { onSuccess: () => setAsks(false) })}>
        {retriedText(run.tasks)} Earlier attempts stay readable.
      </Confirm>
    </>
  );
}

/** In the panel of a task of a run that is over. */
export function RetryFrom({ run, task }: { run: RunDocument; task: string }) {
  const [asks, setAsks] = useState(false);
  const retry = useRetryRun();
  if (!isOver(run.state)) return null;
  return (
    <>
      <button type="button" onClick={() => setAsks(true)}><RotateCw size={14} aria-hidden /> Retry from here</button>
      <Confirm opened={asks} title={`Retry run ${run.id} from ${task}?`} no="Leave it" yes="Retry from here" doing={retry.isPending} problem={retry.error} onNo={() => setAsks(false)} onYes={() => retry.mutate({ id: run.id, task }, { onSuccess: () => setAsks(false) })}>
        <bdi>{task}</bdi> and all that comes after it run again. What comes before keeps what it made; earlier attempts stay readable.
      </Confirm>
    </>
  );
}
