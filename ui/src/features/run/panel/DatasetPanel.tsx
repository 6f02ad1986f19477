/** One dataset: what it holds, who made it, who reads it. */
import { Database, Package } from "lucide-react";
import { Fragment, useMemo } from "react";

import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { sumOf, taskFigure, taskRuns } from "../../../graph/scene/figures";
import { factsOfDataset } from "../../../domain/datasets";
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
  const columns = first?.columns ?? [];
  const given = node?.producer === null;
  return (
    <Panel title={<><Database size={15} aria-hidden /><span dir="auto">{name}</span></>} label={`Dataset ${name}`} onClose={onClose}>
      {node?.description ? <section><p className="pn-dim" dir="auto">{node.description}</p></section> : null}
      {first === undefined && <p className="pn-dim">{given ? "The pipeline is given it: no task makes it." : runs.has(node?.producer ?? "") ? "Not made in this run, or not yet." : "This run did not make it."}</p>}
      {first !== undefined && <div className="pn-panel-actions"><RunLink run={run.id} tab="outputs" search={{ dataset: name }}><Package size={14} aria-hidden /> Look into it</RunLink></div>}
      <FactsOf node={node} made={made} read={run.given.find((one) => one.dataset === name)} />
      {node !== undefined && node.producer !== null && <section><h3>Made by</h3><ul className="pn-panel-list"><TaskLine name={node.producer} runs={runs} onSelect={onSelect} /></ul></section>}
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

/** What the definition says of it, and what the run made of it or read. */
function FactsOf({ node, made, read }: { node: Props["node"]; made: readonly Schemas["OutputSummary"][]; read: Schemas["GivenSummary"] | undefined }) {
  const facts: [string, string][] = node === undefined ? [] : factsOfDataset(node);
  const [first] = made;
  if (first !== undefined) {
    if (first.kind !== "dataset") facts.push(["Kind", first.kind]);
    if (made.length > 1) facts.push(["Values", `${countText(made.length)}, one for each item`]);
    const [rows, bytes] = [sumOf(made.map((output) => output.rows)), sumOf(made.map((output) => output.bytes))];
    if (rows !== null) facts.push(["Rows", countText(rows)]);
    facts.push(["Size", bytes === null ? "not known" : bytesText(bytes)]);
  } else if (read !== undefined) {
    if (read.rows !== null) facts.push(["Rows read", countText(read.rows)]);
    if (read.bytes !== null) facts.push(["Size when read", bytesText(read.bytes)]);
  }
  if (facts.length === 0) return null;
  return <section><dl className="pn-panel-facts">{facts.map(([word, value]) => <Fragment key={word}><dt>{word}</dt><dd dir="auto">{value}</dd></Fragment>)}</dl></section>;
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
