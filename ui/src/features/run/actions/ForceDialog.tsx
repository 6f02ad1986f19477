import { useQuery } from "@tanstack/react-query";

import { useAct } from "../../../api/actions";
import { type RunDocument, runEventsQuery } from "../../../api/runs";
import { tell } from "../../../components/Told";
import { heldText, limitOf } from "../limits";
import { Confirm } from "./Confirm";

/** Starts a run that waits at a limit. */
export function ForceDialog({ run, onClose }: { run: RunDocument; onClose: () => void }) {
  const force = useAct("force-run");
  const events = useQuery(runEventsQuery(run.id, ""));
  const limit = limitOf(events.data?.items ?? []);
  const act = () => force.mutate({ id: run.id, asked: {} }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: no engine has answered yet" : "It starts past its limit"); onClose(); } });
  return (
    <Confirm title={`Start run ${run.id} past its limit?`} no="Let it wait" yes="Start it now" doing={force.isPending} problem={force.error} onNo={onClose} onYes={act}>
      {limit !== null && <p>It waits: {heldText(limit)}.</p>}
      <p>It starts beside those that hold the limit, and is marked as forced. It takes no place from others that wait.</p>
    </Confirm>
  );
}
