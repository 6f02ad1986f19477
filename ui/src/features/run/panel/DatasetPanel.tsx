/** One dataset: what it holds, who made it, who reads it. */
import { Database, Package } from "lucide-react";
import { useMemo } from "react";

import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { taskFigure, taskRuns } from "../../../graph/scene/figures";
import { bytesText, countText } from "../../../domain/formats";
import { RunLink } from "../links";
import { Panel } from "./Panel";

interface Props {
  run: Schemas["RunDocument"];
  node: Schemas["DatasetNode"] | undefined;
  name: string;
  onSelect: (to: { task?: string; dataset?: string }) => void;
  onClose: () => void;
}

/** Columns that are listed; all of them stand in the Outputs tab. */
const MOST = 60;

export function DatasetPanel({ run, node, name, onSelect, onClose }: Props) {
  const made = useMemo(() => run.tasks.flatMap((task) => task.outputs.filter((output) => output.dataset === name)), [run.tasks, name]);
  const runs = useMemo(() => taskRuns(run), [run]);
  const [first] = made;
  const rows = made.flatMap((output) => output.rows ?? []);
  const columns = first?.columns ?? [];
  return (
    <Panel title={<><Database size={15} aria-hidden /><span dir="auto">{name}</span></>} label={`Dataset ${name}`} onClose={onClose}>
      {first === undefined ? <p className="pn-dim">{runs.has(node?.producer ?? "") ? "Not made in this run, or not yet." : "This run did not make it."}</p> : (
        <>
          <div className="pn-panel-actions"><RunLink run={run.id} tab="outputs" search={{ dataset: name }}><Package size={14} aria-hidden /> Look into it</RunLink></div>
          <section>
            <dl className="pn-panel-facts">
              <dt>Kind</dt><dd>{first.kind}</dd>
              {made.length > 1 && <><dt>Values</dt><dd>{countText(made.length)}, one for each item</dd></>}
              {rows.length > 0 && <><dt>Rows</dt><dd>{countText(rows.reduce((sum, count) => sum + count, 0))}</dd></>}
              <dt>Size</dt><dd>{bytesText(made.reduce((sum, output) => sum + output.bytes, 0))}</dd>
            </dl>
          </section>
        </>
      )}
      {node !== undefined && <section><h3>Made by</h3><ul className="pn-panel-list"><TaskLine name={node.producer} runs={runs} onSelect={onSelect} /></ul></section>}
      {node !== undefined && (
        <section>
          <h3>Read by</h3>
          {node.consumers.length === 0 ? <p className="pn-dim">No task reads it: it is what the pipeline is for.</p> : <ul className="pn-panel-list">{node.consumers.map((task) => <TaskLine key={task} name={task} runs={runs} onSelect={onSelect} />)}</ul>}
        </section>
      )}
      {columns.length > 0 && (
        <section>
          <h3>{countText(columns.length)} columns</h3>
          <table className="pn-panel-table">
            <thead><tr><th scope="col">Name</th><th scope="col">Type</th></tr></thead>
            <tbody>{columns.slice(0, MOST).map((column, i) => <tr key={i}><td dir="auto" title={column.name}>{column.name}</td><td><code>{column.type}</code></td></tr>)}</tbody>
          </table>
          {columns.length > MOST && <p className="pn-faint">and {countText(columns.length - MOST)} more</p>}
        </section>
      )}
    </Panel>
  );
}

function TaskLine({ name, runs, onSelect }: { name: string; runs: ReturnType<typeof taskRuns>; onSelect: Props["onSelect"] }) {
  const { state } = taskFigure(runs.get(name) ?? []);
  return (
    <li>
      {state !== null && <StateIcon state={state} size={14} />}
      <button type="button" className="pn-panel-pick" onClick={() => onSelect({ task: name })}><span className="pn-cut" dir="auto">{name}</span></button>
    </li>
  );
}
