import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { StateIcon } from "../../components/StateIcon";
import { Ago } from "../../components/When";
import { countText, durationText, momentText } from "../../domain/formats";
import { jsonText } from "../../domain/json";
import { factsOfParam } from "../../domain/params";
import { RunBars } from "./RunBars";
import style from "./pipelines.module.css";

type Pipeline = Schemas["PipelineDocument"];

const FULL = { queue: "then runs wait", skip: "then runs are skipped", cancel_oldest: "then the oldest is cancelled", fail: "then runs fail" };

/** What a pipeline is and how it does. */
export function Overview({ pipeline }: { pipeline: Pipeline }) {
  const last = pipeline.recent.at(-1);
  return (
    <>
      {!pipeline.present && <p className={style.absent} role="note">No file of the project defines this pipeline now. Its runs are kept; it can be run again once it is back.</p>}
      {pipeline.description !== "" && <p className={style.description}>{pipeline.description}</p>}
      <dl className={style.facts}>
        <Fact word="Last run">{last === undefined ? "never ran" : <Link className={style.last} to="/runs/$runId/$tab" params={{ runId: last.id, tab: "overview" }}><StateIcon state={last.state} /> <Ago at={last.created_at} /></Link>}</Fact>
        <Fact word="Success" note="of the last 100 runs that are over">{pipeline.success_rate === null ? "–" : `${Math.round(pipeline.success_rate * 100)} %`}</Fact>
        <Fact word="Usually takes" note="median of succeeded runs">{durationText(pipeline.median_duration)}</Fact>
        <Fact word="95 % take at most" note="of succeeded runs">{durationText(pipeline.p95_duration)}</Fact>
        <Fact word="Runs">{countText(pipeline.runs_total)}</Fact>
        <Fact word="Tasks">{countText(pipeline.tasks)}</Fact>
        {pipeline.next_run_at !== null && <Fact word="Next run">{momentText(pipeline.next_run_at)}</Fact>}
        <Fact word="Version"><code title={pipeline.version}>{pipeline.version.slice(0, 12)}</code></Fact>
        <Fact word="File"><code>{pipeline.file?.split("/").flatMap((part, at) => (at === 0 ? [part] : ["/", <wbr key={at} />, part])) ?? "–"}</code></Fact>
        {pipeline.timeout !== null && <Fact word="Time limit">{durationText(pipeline.timeout)}</Fact>}
        {pipeline.concurrency !== null && <Fact word="Runs at a time" note={FULL[pipeline.concurrency.full]}>{countText(pipeline.concurrency.runs)}</Fact>}
        <Fact word="Durability">{pipeline.durability}</Fact>
      </dl>
      <div className={style.sections}>
        {pipeline.recent.length > 0 && <section><h2>Last runs</h2><div className={style.tall}><RunBars runs={pipeline.recent} most={30} /></div></section>}
        <section>
          <h2>Params</h2>
          {pipeline.params.length === 0 ? <p className="pn-dim">It takes none.</p> : <Params params={pipeline.params} />}
        </section>
        <Chips word="Labels" texts={Object.entries(pipeline.labels).map(([name, value]) => `${name}=${value}`)} />
        <Chips word="Tags" texts={pipeline.tags} />
        <Chips word="Tags of tasks" texts={pipeline.task_tags} />
      </div>
    </>
  );
}

function Fact({ word, note, children }: { word: string; note?: string; children: ReactNode }) {
  return <div className={style.fact} title={note}><dt>{word}</dt><dd>{children}</dd></div>;
}

function Params({ params }: { params: Pipeline["params"] }) {
  return (
    <table className={style.params}>
      <thead><tr><th>Name</th><th>Type</th><th>Default</th><th>What it is</th></tr></thead>
      <tbody>
        {params.map((param) => (
          <tr key={param.name}>
            <td><code>{param.name}</code></td>
            <td>{param.type}</td>
            <td>{param.required ? <strong>required</strong> : <code>{jsonText(param.default)}</code>}</td>
            <td>{factsOfParam(param)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Chips({ word, texts }: { word: string; texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return <section><h2>{word}</h2><div className={style.chips}>{texts.slice(0, 200).map((text) => <bdi key={text} className={style.chip} title={text}>{text}</bdi>)}</div></section>;
}
