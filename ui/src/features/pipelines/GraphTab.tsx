import { useQuery } from "@tanstack/react-query";
import { pipelineGraphQuery, type PipelineKey } from "../../api/pipelines";
import type { Schemas } from "../../api/client";
import { Empty } from "../../components/Empty";
import style from "./pipelines.module.css";

/** The definition: its tasks, what each reads and makes. */
export function GraphTab(key: PipelineKey) {
  const graph = useQuery(pipelineGraphQuery(key));
  if (graph.error !== null) return <Empty title="The workflow can’t be shown"><p>{graph.error.message}</p></Empty>;
  if (graph.data === undefined) return <div aria-busy />;
  return <div className={style.scroll} tabIndex={0} role="region" aria-label="Tasks"><TaskList tasks={graph.data.tasks} /></div>;
}

function TaskList({ tasks }: { tasks: Schemas["TaskNode"][] }) {
  return (
    <table className={style.list}>
      <thead><tr><th>Task</th><th>Reads</th><th>Makes</th><th>Tries</th><th>Tags</th><th>Where</th></tr></thead>
      <tbody>
        {tasks.map((task) => (
          <tr key={task.id}>
            <td title={task.description}><bdi>{task.name}</bdi>{task.role !== "task" && <span className="pn-dim"> {task.role === "finally" ? "always, last" : "on failure"}</span>}</td>
            <td>{Object.values(task.inputs).join(", ")}</td>
            <td>{task.outputs.join(", ")}</td>
            <td>{task.attempts}</td>
            <td>{task.tags.join(", ")}</td>
            <td><code>{task.file === null ? task.call : `${task.file}${task.line === null ? "" : `:${task.line}`}`}</code></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
