import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { taskSourceQuery, type PipelineKey } from "../../api/pipelines";
import { durationText } from "../../domain/formats";
import type { Picked } from "../../views/WorkflowView";
import { Aside, Ways } from "./Aside";
import style from "./Aside.module.css";

type Task = Schemas["TaskNode"];

interface Props {
  pipeline: PipelineKey;
  task: Task;
  onSelect: (picked: Picked) => void;
}

/** A task as it is defined: what it reads and makes, what it asks for, its code. */
export function TaskAside({ pipeline, task, onSelect }: Props) {
  const source = useQuery({ ...taskSourceQuery(pipeline, task.name), enabled: task.has_source });
  const inputs = Object.entries(task.inputs);
  return (
    <Aside title={task.name} label={`Task ${task.name}`} onClose={() => onSelect({})}>
      {task.description !== "" && <p>{task.description}</p>}
      <dl className={style.facts}>
        {factsOf(task).map(([word, what]) => <div key={word}><dt>{word}</dt><dd><bdi>{what}</bdi></dd></div>)}
      </dl>
      {inputs.length > 0 && (
        <section>
          <h3>Reads</h3>
          <dl className={style.facts}>{inputs.map(([name, from]) => <div key={name}><dt><code>{name}</code></dt><dd><From from={from} onSelect={onSelect} /></dd></div>)}</dl>
        </section>
      )}
      <Ways word="Makes" names={task.outputs} onPick={(dataset) => onSelect({ dataset })} />
      {source.data?.source && (
        <section>
          <h3>Code</h3>
          <pre className={style.code} tabIndex={0}>{source.data.source}</pre>
        </section>
      )}
    </Aside>
  );
}

/** Where an argument comes from: `dataset:x` can be followed, a param or a value is told. */
function From({ from, onSelect }: { from: string; onSelect: Props["onSelect"] }) {
  const dataset = /^dataset:(.+)$/s.exec(from)?.[1];
  if (dataset === undefined) return <bdi>{from.replace(/^param:/, "param ")}</bdi>;
  return <button type="button" className={style.way} onClick={() => onSelect({ dataset })}><bdi>{dataset}</bdi></button>;
}

function factsOf(task: Task): [string, string][] {
  const where = task.file === null ? null : `${task.file}${task.line === null ? "" : `:${task.line}`}`;
  const resources = Object.entries(task.resources).filter(([, value]) => value !== null && value !== 0);
  const facts: [string, string | null][] = [
    ["Code", where ?? task.call],
    ["Kind", task.kind],
    ["Runs", task.role === "task" ? null : task.role === "finally" ? "always, last" : "when the run fails"],
    ["For each", task.foreach.join(", ")],
    ["Only when", task.conditional ? "its condition holds" : null],
    ["Tries", task.attempts > 1 ? `up to ${task.attempts}` : null],
    ["Time limit", task.timeout === null ? null : durationText(task.timeout)],
    ["If it fails", task.allow_failure ? "the run goes on" : null],
    ["Starts when", task.trigger === "all_succeeded" ? null : task.trigger.replaceAll("_", " ")],
    ["Resources", resources.map(([name, value]) => `${name} ${String(value)}`).join(", ")],
    ["Tags", task.tags.join(", ")],
    ["Labels", Object.entries(task.labels).map(([name, value]) => `${name}=${value}`).join(", ")],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
}
