import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../../api/actions";
import { outputsQuery } from "../../../api/outputs";
import type { RunDocument } from "../../../api/runs";
import { tell } from "../../../components/Told";
import { bytesText, countText } from "../../../domain/formats";
import { Confirm } from "./Confirm";

/** Removes a run with all that it made, once it was said how much that is. */
export function DeleteDialog({ run, onClose }: { run: RunDocument; onClose: () => void }) {
  const [children, setChildren] = useState(false);
  const remove = useAct("delete");
  const navigate = useNavigate();
  const outputs = useQuery(outputsQuery(run.id));
  const bytes = (outputs.data?.items ?? []).reduce((sum, output) => sum + (output.bytes ?? 0), 0);
  const attempts = run.tasks.reduce((sum, task) => sum + task.attempts.length, 0);
  // The stream may tell of it first, and take this dialog away with the run's page.
  const act = () => void remove.mutateAsync({ id: run.id, asked: { children } }).then(() => { onClose(); tell(`Run ${run.id} was deleted`); void navigate({ to: "/runs" }); }, () => undefined);
  return (
    <Confirm title={`Delete run ${run.id}?`} no="Keep it" yes="Delete the run" dangerous doing={remove.isPending} problem={remove.error} onNo={onClose} onYes={act}>
      <p>
        It goes for good, with its {countText(run.tasks.length)} {run.tasks.length === 1 ? "task" : "tasks"}, {countText(attempts)} {attempts === 1 ? "attempt" : "attempts"} and their logs
        {outputs.data !== undefined && outputs.data.items.length > 0 && `, and ${countText(outputs.data.items.length)} ${outputs.data.items.length === 1 ? "output" : "outputs"} of ${bytesText(bytes)}`}. What replays took from it stays with them.
      </p>
      <Checkbox label="Also the runs that it began" checked={children} onChange={(event) => setChildren(event.currentTarget.checked)} />
    </Confirm>
  );
}
