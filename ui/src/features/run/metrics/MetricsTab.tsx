/** What a run's tasks reported and used; read anew while the run goes on. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { metricsQuery } from "../../../api/metrics";
import type { RunDocument } from "../../../api/runs";
import { Empty } from "../../../components/Empty";
import { isOver } from "../../../domain/states";
import { useRunPlace } from "../place";
import { MetricsView } from "./MetricsView";

/** Milliseconds between two readings: samples are taken about once a second. */
const AGAIN = 2_000;

export default function MetricsTab({ run }: { run: RunDocument }) {
  const [place, setPlace] = useRunPlace();
  const { data, error, refetch } = useQuery({ ...metricsQuery(run.id), refetchInterval: isOver(run.state) ? false : AGAIN });
  if (data === undefined) {
    return error === null ? <div aria-busy /> : <Empty title="Figures can't be read"><p>{error.message}</p><Button onClick={() => void refetch()}>Try again</Button></Empty>;
  }
  return <MetricsView run={run} metrics={data} task={place.task} onTask={(task) => setPlace({ task, map: undefined, attempt: undefined, generation: undefined })} />;
}
