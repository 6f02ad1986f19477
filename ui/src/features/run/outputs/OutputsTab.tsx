/** What a run made, as the address says which. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { outputsQuery } from "../../../api/outputs";
import type { RunDocument } from "../../../api/runs";
import { Empty } from "../../../components/Empty";
import { isOver } from "../../../domain/states";
import { useRunPlace } from "../place";
import { OutputsView } from "./OutputsView";
import "../metrics/metrics.css";
import "../logs/logs.css";

export default function OutputsTab({ run }: { run: RunDocument }) {
  const [place, setPlace] = useRunPlace();
  const { data, error, refetch } = useQuery(outputsQuery(run.id));
  // Each task that ends may have made something.
  useEffect(() => void refetch(), [refetch, run.tasks_done]);
  if (data === undefined) {
    return error === null ? <div aria-busy /> : <Empty title="Outputs can't be listed"><p>{error.message}</p><Button onClick={() => void refetch()}>Try again</Button></Empty>;
  }
  const first = place.dataset !== undefined ? undefined : data.items.find((output) => output.task === place.task && (place.map === undefined || output.map_index === place.map));
  const selected = place.dataset !== undefined ? { dataset: place.dataset, mapIndex: place.map ?? null } : first && { dataset: first.dataset, mapIndex: first.map_index };
  return (
    <OutputsView
      run={run.id} live={!isOver(run.state)} outputs={data.items} cut={data.cut} selected={selected}
      onSelect={({ dataset, mapIndex }) => setPlace({ dataset, map: mapIndex ?? undefined, task: data.items.find((output) => output.dataset === dataset)?.task })}
    />
  );
}
