import { Button, Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CatchBoundary, Link, useNavigate } from "@tanstack/react-router";
import { Grid3x3, Info, List, Play, Workflow } from "lucide-react";
import { lazy, Suspense, type ComponentType } from "react";
import { ApiProblem, isAbsent, type Schemas } from "../../api/client";
import { pipelineQuery, type PipelineKey } from "../../api/pipelines";
import { runQuery } from "../../api/runs";
import { aboutQuery } from "../../api/service";
import type { PipelineSearch } from "../../app/search";
import { Empty } from "../../components/Empty";
import { useKeys } from "../../components/keys";
import { Trouble } from "../../components/Trouble";
import { useTitle } from "../../components/useTitle";
import { calledOf } from "../../domain/names";
import { LastRuns } from "./LastRuns";
import { PARTS } from "./parts";
import { Overview } from "./Overview";
import { Problems } from "./Problems";
import style from "./pipelines.module.css";

const RunForm = lazy(async () => ({ default: (await import("./form/RunForm")).RunForm }));

type Tab = "overview" | "workflow" | "runs" | "grid";
const TABS: readonly (readonly [Tab, string, ComponentType<{ size: number }>])[] = [
  ["overview", "Overview", Info], ["workflow", "Workflow", Workflow], ["runs", "Runs", List], ["grid", "Grid", Grid3x3],
];

interface Props extends PipelineKey {
  tab: Tab;
  search: PipelineSearch;
}

/** A pipeline: what it is, its workflow, its runs, its grid; and the form that starts it (`?run=now`). */
export function PipelinePage({ name, namespace, tab, search }: Props) {
  const key = { name, namespace };
  const called = calledOf(namespace, name);
  useTitle(called.name);
  const found = useQuery(pipelineQuery(key));
  const navigate = useNavigate();
  const open = (next: PipelineSearch, to: Tab = tab) =>
    void navigate({ to: "/pipelines/$name/$tab", params: { name, tab: to }, search: { namespace: search.namespace, ...next } });
  useKeys(Object.fromEntries(TABS.map(([to], at) => [String(at + 1), () => open({}, to)])));
  if (found.data === undefined) return found.error === null ? <div className={style.page} aria-busy /> : <Absent error={found.error} again={() => void found.refetch()} {...key} />;
  const pipeline = found.data;
  return (
    <div className={style.page}>
      <header className={style.bar} data-above-tabs>
        <Link to="/pipelines" className="pn-dim">Pipelines</Link>
        <span className="pn-faint" aria-hidden>/</span>
        <h1 title={`${namespace} / ${name}`}>{called.before !== null && <span className="pn-faint"><bdi>{called.before}</bdi> / </span>}<bdi>{called.name}</bdi></h1>
        <span className={style.grow} />
        <Button variant="filled" leftSection={<Play size={14} aria-hidden />} disabled={!pipeline.present} onClick={() => open({ run: "now" })} title={pipeline.present ? undefined : "Its file is not in the project now"}>Run now</Button>
      </header>
      <nav className={style.tabs} aria-label="Parts of this pipeline">
        {TABS.map(([to, word, Icon], at) => (
          <Link key={to} to="/pipelines/$name/$tab" params={{ name, tab: to }} search={{ namespace: search.namespace }} title={`${word} (${at + 1})`}>
            <Icon size={15} aria-hidden /> {word}
          </Link>
        ))}
      </nav>
      {pipeline.problem !== null && <Problems problems={[pipeline.problem]} />}
      <div className={style.tab} data-tab={tab}>
        <CatchBoundary getResetKey={() => tab} errorComponent={Trouble}>
          <Suspense fallback={<div aria-busy />}>
            {tab === "overview" && <Overview pipeline={pipeline} />}
            {tab === "workflow" && <PARTS.workflow.Part {...key} task={search.task} dataset={search.dataset} onSelect={(to) => open(to)} />}
            {tab === "runs" && <LastRuns {...key} />}
            {tab === "grid" && <PARTS.grid.Part {...key} />}
          </Suspense>
        </CatchBoundary>
      </div>
      <Drawer opened={search.run === "now"} onClose={() => open({})} position="right" size={460} title={`Run ${called.name}`}>
        {search.run === "now" && (
          <Suspense>
            <Form pipeline={pipeline} like={search.like} />
          </Suspense>
        )}
      </Drawer>
    </div>
  );
}

/** The form, filled with the params of an earlier run when the address names one. */
function Form({ pipeline, like }: { pipeline: Schemas["PipelineDocument"]; like: string | undefined }) {
  const navigate = useNavigate();
  const earlier = useQuery({ ...runQuery(like ?? ""), enabled: like !== undefined });
  const about = useQuery(aboutQuery());
  if (like !== undefined && earlier.isPending) return <div aria-busy />;
  return (
    <>
      {earlier.error !== null && <p role="alert">The params of run {like} can’t be read: {earlier.error.message}</p>}
      {about.data?.engine_alive === false && <p className={style.asleep} role="note">No engine is up. The run waits until one is: <code>penstock up</code> starts it.</p>}
      <RunForm
        pipeline={pipeline} given={earlier.data && { params: earlier.data.params, labels: earlier.data.labels, environment: earlier.data.facts?.["env"] }}
        onStarted={(run) => void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab: "workflow" } })}
      />
    </>
  );
}

function Absent({ name, namespace, error, again }: PipelineKey & { error: Error; again: () => void }) {
  const gone = isAbsent(error);
  return (
    <Empty whole title={gone ? `There is no pipeline ${name}${namespace === "default" ? "" : ` in ${namespace}`}` : "The pipeline can’t be shown"}>
      {gone ? <p>No file of the project defines it, and no run of it is kept.</p> : <p>{error.message}</p>}
      {!gone && error instanceof ApiProblem && error.cure && <p>{error.cure}</p>}
      {gone ? <Link to="/pipelines" className="pn-link">All pipelines</Link> : <Button onClick={again}>Try again</Button>}
    </Empty>
  );
}
