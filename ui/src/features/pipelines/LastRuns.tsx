import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { PipelineKey } from "../../api/pipelines";
import { runsQuery, type RunSummary } from "../../api/runs";
import { Command, Empty } from "../../components/Empty";
import { StateLabel } from "../../components/StateIcon";
import { Ago, Took } from "../../components/When";
import { bytesText, errorText } from "../../domain/formats";
import { countsFrom } from "../../domain/lasting";
import style from "./pipelines.module.css";

/** The runs of a pipeline, newest first. What can be done with many is done in the list of all runs, where a click leads. */
export function LastRuns({ name, namespace }: PipelineKey) {
  const runs = useInfiniteQuery(runsQuery({ pipeline: [name], namespace: [namespace] }, "-created_at"));
  if (runs.error !== null && runs.data === undefined) return <Empty title="The runs can’t be listed"><p>{runs.error.message}</p></Empty>;
  if (runs.data === undefined) return <div aria-busy />;
  const items = runs.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty title="No runs yet"><p>Run it here, or in a terminal:</p><Command>{`penstock run ${name}`}</Command></Empty>;
  const failed = items.some(({ error }) => error !== null);
  return (
    <div className={style.scroll} tabIndex={0} role="region" aria-label="Runs of this pipeline">
      <div className={style.bar}>
        <span className={style.grow} />
        <Link to="/runs" search={{ q: filterOf({ name, namespace }) }} className="pn-link">Filter, export or change them in the list of runs</Link>
      </div>
      <table className={style.list}>
        <thead><tr><th>State</th><th>Run</th><th>Created</th><th className={style.figure}>Duration</th><th className={style.figure}>Tasks</th><th className={style.figure}>Data</th><th>Trigger</th><th>Version</th>{failed && <th className={style.why}>Error</th>}</tr></thead>
        <tbody>{items.map((run) => <Row key={run.id} run={run} failed={failed} />)}</tbody>
      </table>
      {runs.hasNextPage && <div className={style.bar}><Button loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>Show more</Button></div>}
    </div>
  );
}

function Row({ run, failed }: { run: RunSummary; failed: boolean }) {
  const { error } = run;
  return (
    <tr>
      <td><StateLabel state={run.state} reason={run.state === "succeeded" || run.reason === "user_error" ? null : run.reason} /></td>
      <td><Link to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }} className="pn-link"><code>{run.id}</code></Link></td>
      <td><Ago at={run.created_at} /></td>
      <td className={style.figure}><Took seconds={run.duration} since={countsFrom(run)} /></td>
      <td className={style.figure}>{run.tasks_done}/{run.tasks_total}</td>
      <td className={style.figure}>{bytesText(run.bytes)}</td>
      <td>{run.trigger.name ?? run.trigger.kind}</td>
      <td><code title={run.version}>{run.version.slice(0, 8)}</code></td>
      {failed && (
        <td className={style.why} title={error === null ? undefined : errorText(error.type, error.message).slice(0, 1000)}>
          {error !== null && <>{error.task && <b><bdi>{error.task}</bdi> </b>}<bdi>{errorText(error.type, (error.message ?? "").split("\n", 1)[0])}</bdi></>}
        </td>
      )}
    </tr>
  );
}

function filterOf({ name, namespace }: PipelineKey): string {
  const said = (value: string) => (/^[^\s,"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);
  return `pipeline:${said(name)} namespace:${said(namespace)}`;
}
