/** Why a task that is queued does not begin, and whose runs have what it waits for. */
import { useQuery } from "@tanstack/react-query";

import { runWaitsQuery } from "../../../api/runs";
import { countText } from "../../../domain/formats";
import { Wait } from "../Wait";

export function Waits({ run, task, mapIndex }: { run: string; task: string; mapIndex: number | null }) {
  const { data } = useQuery(runWaitsQuery(run, task, mapIndex ?? undefined));
  return data?.items.map((wait) => {
    const alone = mapIndex !== null || wait.count === 1;
    return <p key={`${wait.on} ${wait.name}`} className="pn-panel-waits" role="status"><Wait run={run} wait={wait} who={[alone ? "It waits" : `${countText(wait.count)} items wait`]} /></p>;
  });
}
