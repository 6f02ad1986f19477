/** One task of a run: its error first, then what it did, what it read and made, its code and last words. */
import { useQuery } from "@tanstack/react-query";
import { ChartGantt, Code, Database, Package, ScrollText, SlidersHorizontal } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { keyOfLine, lastLinesQuery, type LogView } from "../../../api/logs";
import { runEventsQuery } from "../../../api/runs";
import { StateIcon, StateLabel } from "../../../components/StateIcon";
import { askingOf } from "../../../domain/approvals";
import { isOver } from "../../../domain/states";
import { bytesText, countText, durationText, runningText, taskText } from "../../../domain/formats";
import { jsonText } from "../../../domain/json";
import { Approvals } from "../actions/Approval";
import { TaskButtons } from "../actions/TaskActions";
import { attemptOf, takenFrom } from "../generations";
import { placeOf, RunLink } from "../links";
import { LogText } from "../logs/LogText";
import { partOf } from "../metrics/nodeParts";
import { Source } from "../overview/Source";
import { partsOf } from "../overview/traceback";
import { Traceback } from "../overview/Traceback";
import { useNow, useRunPlace } from "../place";
import { Attempts } from "./Attempts";
import { Items } from "./Items";
import { Panel } from "./Panel";
import { Waits } from "./Waits";
import "../overview/overview.css";

type Task = Schemas["TaskDocument"];
type Attempt = Schemas["AttemptDocument"];

interface Props {
  run: Schemas["RunDocument"];
  /** What the definition says of it; undefined until it is known. */
  node: Schemas["TaskNode"] | undefined;
  name: string;
  mapIndex: number | null;
  attempt: number | null;
  /** Of the attempt; null: the latest that has it. */
  generation: number | null;
  onSelect: (to: { task?: string; mapIndex?: number | null; attempt?: number | null; generation?: number | null; dataset?: string }) => void;
  onClose: () => void;
  /** The tab that it stands in: a link there is of no use. */
  at: "workflow" | "gantt";
}

export function TaskPanel({ run, node, name, mapIndex, attempt: n, generation, onSelect, onClose, at }: Props) {
  const runs = useMemo(() => run.tasks.filter((task) => task.name === name), [run.tasks, name]);
  const items = runs.filter((task) => task.map_index !== null);
  const task = runs.find((each) => each.map_index === mapIndex) ?? (items.length > 0 ? undefined : runs[0]);
  const now = useNow(task !== undefined && !isOver(task.state));
  const attempt = attemptOf(task?.attempts ?? [], n, generation);
  const place = placeOf(name, mapIndex, attempt?.n, attempt?.generation);
  const title = <>{task !== undefined && <StateIcon state={task.state} />}<span dir="auto">{taskText(name, mapIndex, task?.label)}</span></>;
  return (
    <Panel title={title} label={`Task ${name}`} onClose={onClose}>
      {task !== undefined && <ErrorOf task={task} attempt={attempt} />}
      <div className="pn-panel-actions">
        <RunLink run={run.id} tab="logs" search={place}><ScrollText size={14} aria-hidden /> Log</RunLink>
        {at !== "gantt" && <RunLink run={run.id} tab="gantt" search={place}><ChartGantt size={14} aria-hidden /> Gantt</RunLink>}
        {(task?.outputs.length ?? 0) > 0 && <RunLink run={run.id} tab="outputs" search={{ ...place, dataset: task?.outputs[0]?.dataset ?? "" }}><Package size={14} aria-hidden /> Outputs</RunLink>}
        <TaskButtons run={run} place={{ task: name, mapIndex }} />
      </div>
      {runs.some(({ state, map_index: index }) => state === "queued" && (mapIndex === null || index === mapIndex)) && <Waits run={run.id} task={name} mapIndex={mapIndex} />}
      {task !== undefined && <Approvals run={run} tasks={askingOf([task])} />}
      {items.length > 0 && <Items items={items} chosen={mapIndex} onChoose={(index) => onSelect({ task: name, mapIndex: index })} />}
      {node?.description ? <section><p className="pn-dim" dir="auto">{node.description}</p></section> : null}
      {task?.reason === "cached" && <Taken run={run} task={task} />}
      {task !== undefined && <Facts task={task} node={node} now={now} />}
      {task === undefined && items.length === 0 && <section><p className="pn-dim">This run has no task of this name.</p></section>}
      {task !== undefined && task.attempts.length > 0 && <Attempts run={run} attempts={task.attempts} chosen={attempt} now={now} onChoose={(next) => onSelect({ task: name, mapIndex, attempt: next?.n ?? null, generation: next?.generation ?? null })} />}
      {node !== undefined && <Inputs node={node} onSelect={onSelect} params={run.params} />}
      {task !== undefined && <Outputs task={task} onSelect={onSelect} />}
      <CodeOf run={run.id} task={name} node={node} />
      {task !== undefined && task.attempts.length > 0 && <LastLines run={run.id} task={task} attempt={attempt} live={!isOver(task.state)} />}
    </Panel>
  );
}

/** The error of the attempt that is chosen, else of the last one that has one while the task is not well. */
function ErrorOf({ task, attempt }: { task: Task; attempt: Attempt | undefined }) {
  const [whole, setWhole] = useState(false);
  const of = attempt ?? task.attempts.findLast((each) => each.error !== null && each.generation === task.generation);
  const error = of?.error ?? null;
  const parts = useMemo(() => (error?.traceback ? partsOf(error.traceback) : []), [error]);
  if (task.state === "succeeded" && attempt === undefined) return null;
  if (error === null) {
    if (task.reason === null || task.reason === "cached") return null;
    return <p className="pn-dim"><StateLabel state={task.state} reason={task.reason} /></p>;
  }
  return (
    <div role="group" aria-label="Error">
      <div className="pn-panel-error" dir="auto" tabIndex={0} role="group" aria-label="What went wrong">{error.type !== null && error.type !== undefined && <strong>{error.type}{error.message ? ": " : ""}</strong>}{error.message}</div>
      {parts.length > 0 && <div className="pn-panel-actions"><button type="button" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? "Hide traceback" : "Traceback"}</button></div>}
      {whole && <Traceback parts={parts} />}
    </div>
  );
}

/** Of a task that did not run: whose result it has. */
function Taken({ run, task }: { run: Schemas["RunDocument"]; task: Task }) {
  const events = useQuery(runEventsQuery(run.id, task.name, task.map_index ?? undefined));
  const source = takenFrom(events.data?.items ?? []) ?? (run.type === "replay" ? run.replay_of : null);
  if (source === null) return null;
  return (
    <p className="pn-panel-taken">
      It did not run: its result is that of <RunLink run={source} tab="workflow" search={placeOf(task.name, task.map_index)} className="pn-link"><code>{source}</code></RunLink>
    </p>
  );
}

function Facts({ task, node, now }: { task: Task; node: Schemas["TaskNode"] | undefined; now: number }) {
  const facts: [string, ReactNode][] = [["State", <StateLabel key="state" state={task.state} reason={task.reason === "user_error" ? null : task.reason} />]];
  if (task.duration !== null) facts.push(["Duration", durationText(task.duration)]);
  else if (task.started_at !== null && !isOver(task.state)) facts.push(["Running for", runningText((now - Date.parse(task.started_at)) / 1000)]);
  if (task.queued_for !== null) facts.push(["Queued for", durationText(task.queued_for)]);
  if (task.progress !== null) facts.push(["Progress", task.progress.total === null ? countText(task.progress.done) : `${countText(task.progress.done)} of ${countText(task.progress.total)}`]);
  for (const metric of task.metrics) facts.push(partOf(task.kind, metric) ?? [metric.name, `${countText(metric.value)}${metric.unit === null ? "" : ` ${metric.unit}`}`]);
  if (node !== undefined) facts.push(...policiesOf(node));
  return <section><dl className="pn-panel-facts">{facts.map(([word, what]) => <FactRow key={word} word={word}>{what}</FactRow>)}</dl></section>;
}

function FactRow({ word, children }: { word: string; children: ReactNode }) {
  return <><dt dir="auto">{word}</dt><dd>{children}</dd></>;
}

/** What the definition asks for beyond the usual. */
function policiesOf(node: Schemas["TaskNode"]): [string, string][] {
  const found: [string, string][] = [];
  if (node.role !== "task") found.push(["Runs", node.role === "finally" ? "always, last" : "when the run fails"]);
  if (node.foreach.length > 0) found.push(["For each", node.foreach.join(", ")]);
  if (node.attempts > 1) found.push(["Tries", `up to ${node.attempts}`]);
  if (node.timeout !== null) found.push(["Timeout", durationText(node.timeout)]);
  if (node.allow_failure) found.push(["If it fails", "the run goes on"]);
  if (node.trigger !== "all_succeeded") found.push(["Starts when", node.trigger.replaceAll("_", " ")]);
  const resources = Object.entries(node.resources).filter(([, value]) => value !== null && value !== 0 && value !== undefined);
  if (resources.length > 0) found.push(["Resources", resources.map(([name, value]) => `${name} ${String(value)}`).join(", ")]);
  if (node.tags.length > 0) found.push(["Tags", node.tags.join(", ")]);
  return found;
}

/** Arguments and where they come from. */
function Inputs({ node, params, onSelect }: { node: Schemas["TaskNode"]; params: Schemas["RunDocument"]["params"]; onSelect: Props["onSelect"] }) {
  const inputs = Object.entries(node.inputs);
  if (inputs.length === 0) return null;
  return (
    <section>
      <h3>Inputs</h3>
      <ul className="pn-panel-list">
        {inputs.map(([argument, source]) => {
          const [kind, name] = [source.slice(0, Math.max(0, source.indexOf(":"))), source.slice(source.indexOf(":") + 1)];
          return (
            <li key={argument}>
              {kind === "dataset"
                ? <button type="button" className="pn-panel-pick" onClick={() => onSelect({ dataset: name })}><Database size={13} aria-hidden /><span className="pn-cut" dir="auto">{name}</span></button>
                : <span className="pn-panel-list"><span><SlidersHorizontal size={12} aria-hidden /> {name}</span></span>}
              <small className="pn-cut">{kind === "param" && name in params ? jsonText(params[name]) : argument === name ? "" : `as ${argument}`}</small>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Outputs({ task, onSelect }: { task: Task; onSelect: Props["onSelect"] }) {
  if (task.outputs.length === 0) return null;
  return (
    <section>
      <h3>Outputs</h3>
      <ul className="pn-panel-list">
        {task.outputs.map((output) => (
          <li key={output.dataset}>
            <button type="button" className="pn-panel-pick" onClick={() => onSelect({ dataset: output.dataset })}><Database size={13} aria-hidden /><span className="pn-cut" dir="auto">{output.dataset}</span></button>
            <small>{output.rows === null ? output.kind : `${countText(output.rows)} rows`} · {bytesText(output.bytes)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function CodeOf({ run, task, node }: { run: string; task: string; node: Schemas["TaskNode"] | undefined }) {
  const [{ source }] = useRunPlace();
  const [open, setOpen] = useState(source ?? false);
  if (node === undefined || (node.file === null && !node.has_source)) return null;
  return (
    <section>
      <h3>Code {node.has_source && <button type="button" className="pn-panel-pick" aria-expanded={open} onClick={() => setOpen(!open)}><Code size={13} aria-hidden /> {open ? "Hide" : "Show"} source</button>}</h3>
      <code className="pn-cut">{node.file ?? node.call}{node.line !== null && `:${node.line}`}</code>
      {open && <Source run={run} task={task} />}
    </section>
  );
}

const LAST = 15;

function LastLines({ run, task, attempt, live }: { run: string; task: Task; attempt: Attempt | undefined; live: boolean }) {
  const view = useMemo<LogView>(
    () => ({ run, task: task.name, mapIndex: task.map_index ?? undefined, attempt: attempt?.n, generation: attempt?.generation ?? task.attempts.at(-1)?.generation, levels: [] }),
    [run, task.name, task.map_index, task.attempts, attempt?.n, attempt?.generation],
  );
  // Lines come as changes of the log, not of the task: while it runs, look again each two seconds.
  const { data } = useQuery({ ...lastLinesQuery(view, LAST), refetchInterval: live ? 2_000 : false });
  if (data === undefined || data.lines.length === 0) return null;
  return (
    <section>
      <h3>Last lines <RunLink run={run} tab="logs" search={placeOf(task.name, task.map_index, attempt?.n, attempt?.generation)} className="pn-link">all {countText(data.total)}</RunLink></h3>
      <ol className="pn-panel-log" tabIndex={0} aria-label="Last lines of its log">
        {data.lines.map((line) => <li key={keyOfLine(line)} data-level={line.level ?? undefined} dir="auto"><LogText message={line.message} needle="" /></li>)}
      </ol>
    </section>
  );
}
