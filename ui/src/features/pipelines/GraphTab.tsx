import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { pipelineGraphQuery } from "../../api/graphs";
import type { PipelineKey } from "../../api/pipelines";
import { Empty } from "../../components/Empty";
import { factsOfDataset } from "../../domain/datasets";
import { WorkflowView, type Picked } from "../../views/WorkflowView";
import { Aside, Ways } from "./Aside";
import style from "./Aside.module.css";
import { TaskAside } from "./TaskAside";

interface Props extends PipelineKey, Picked {
  onSelect: (picked: Picked) => void;
}

/** The definition as a graph: its tasks, what each reads and makes. */
export function GraphTab({ name, namespace, task, dataset, onSelect }: Props) {
  const graph = useQuery(pipelineGraphQuery({ name, namespace }));
  if (graph.error !== null) return <Empty title="The workflow can’t be shown"><p>{graph.error.message}</p></Empty>;
  if (graph.data === undefined) return <div aria-busy />;
  return <WorkflowView graph={graph.data} selected={{ task, dataset }} onSelect={onSelect} aside={asideOf(graph.data, { name, namespace, task, dataset, onSelect })} />;
}

function asideOf(graph: Schemas["Graph"], { name, namespace, task, dataset, onSelect }: Props) {
  const node = task === undefined ? undefined : graph.tasks.find((each) => each.name === task);
  if (node !== undefined) return <TaskAside key={node.name} pipeline={{ name, namespace }} task={node} onSelect={onSelect} />;
  const data = dataset === undefined ? undefined : graph.datasets.find((each) => each.name === dataset);
  if (data === undefined) return undefined;
  return (
    <Aside title={data.name} label={`Dataset ${data.name}`} onClose={() => onSelect({})}>
      {data.description !== null && <p className="pn-dim" dir="auto">{data.description}</p>}
      <dl className={style.facts}>{factsOfDataset(data).map(([word, what]) => <div key={word}><dt>{word}</dt><dd><bdi>{what}</bdi></dd></div>)}</dl>
      {data.producer === null ? <p className="pn-dim">The pipeline is given it: no task makes it.</p> : <Ways word="Made by" names={[data.producer]} onPick={(picked) => onSelect({ task: picked })} />}
      <Ways word="Read by" names={data.consumers} none="nobody" onPick={(picked) => onSelect({ task: picked })} />
    </Aside>
  );
}
