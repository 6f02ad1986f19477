/** A run as a graph: what leads where, how each task stands, and all about the one that is selected. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { runGraphQuery } from "../../../api/graphs";
import { useRun } from "../../../api/runs";
import { Empty } from "../../../components/Empty";
import { useSelection } from "../../../components/useSelection";
import { WorkflowView } from "../../../views/WorkflowView";
import { TaskMenu } from "../actions/TaskActions";
import { DatasetPanel } from "../panel/DatasetPanel";
import { TaskPanel } from "../panel/TaskPanel";
import { Banner } from "./Banner";

export default function WorkflowTab({ runId }: { runId: string }) {
  const { data: run } = useRun(runId);
  const graph = useQuery(runGraphQuery(runId));
  const { task, mapIndex, attempt, generation, dataset, select } = useSelection();
  const [menu, setMenu] = useState<{ task: string; x: number; y: number } | null>(null);
  if (run === undefined || graph.isPending) return <div className="pn-run-wait" aria-busy />;
  if (graph.error !== null) return <Empty title="The graph of this run can't be shown"><p>{graph.error.message}</p></Empty>;
  const close = () => select();
  const aside = task !== undefined
    ? (
      <TaskPanel
        key={`${task} ${mapIndex ?? ""}`} run={run} node={graph.data.tasks.find((node) => node.name === task)} name={task} mapIndex={mapIndex ?? null} attempt={attempt ?? null} generation={generation ?? null}
        onSelect={select} onClose={close} at="workflow"
      />
    )
    : dataset !== undefined ? <DatasetPanel run={run} node={graph.data.datasets.find((node) => node.name === dataset)} name={dataset} onSelect={select} onClose={close} /> : undefined;
  return (
    <>
      {menu !== null && <TaskMenu run={run} place={{ task: menu.task, mapIndex: null }} x={menu.x} y={menu.y} at="workflow" onClose={() => setMenu(null)} />}
      <WorkflowView
        graph={graph.data} run={run} selected={{ task, dataset }} onSelect={select} onMenu={(name, x, y) => setMenu({ task: name, x, y })} aside={aside}
        banner={<Banner run={run} onCause={(name, index) => select({ task: name, mapIndex: index })} />}
      />
    </>
  );
}
