/** A run: what it is and how it stands, above its tabs. */
import { Button } from "@mantine/core";
import { Suspense, useEffect, useMemo, useRef } from "react";
import { useQuery } from "@tanstack/react-query";
import { CatchBoundary, Link, useNavigate } from "@tanstack/react-router";
import { ChartGantt, ChartLine, CircleDot, Info, Package, ScrollText, Workflow } from "lucide-react";
import type { ComponentType } from "react";

import { ApiProblem, isAbsent } from "../../api/client";
import { goneQuery, type RunDocument, useRun, useRunContext } from "../../api/runs";
import { copyAddress } from "../../components/copy";
import { Empty } from "../../components/Empty";
import { useKeys } from "../../components/keys";
import { Trouble } from "../../components/Trouble";
import { calledOf } from "../../domain/names";
import { STATE_LOOK } from "../../domain/states";
import { ActionsOf } from "./actions/RunActions";
import { failuresOf, nextFailure } from "./failures";
import { RunLink, type Tab, TABS } from "./links";
import { PARTS } from "./parts";
import { useRunPlace } from "./place";
import { RunHeader } from "./RunHeader";
import "./run.css";

const OverviewTab = PARTS.overview.Part;
const WorkflowTab = PARTS.workflow.Part;
const GanttTab = PARTS.gantt.Part;
const LogsTab = PARTS.logs.Part;
const OutputsTab = PARTS.outputs.Part;
const MetricsTab = PARTS.metrics.Part;

const LOOK: Record<Tab, [string, ComponentType<{ size: number }>]> = {
  overview: ["Overview", Info], workflow: ["Workflow", Workflow], gantt: ["Gantt", ChartGantt],
  logs: ["Logs", ScrollText], outputs: ["Outputs", Package], metrics: ["Metrics", ChartLine],
};

export default function RunPage({ runId, tab }: { runId: string; tab: string }) {
  const run = useRun(runId);
  useTitle(run.data);
  const gone = useQuery(goneQuery(runId)).data === true;
  const known = TABS.find((name) => name === tab);
  if (gone) return <Empty whole title={`Run ${runId} was deleted`}><Link to="/runs" className="pn-link">All runs</Link></Empty>;
  if (run.data === undefined) return run.error === null ? <div className="pn-run" aria-busy /> : <RunAbsent id={runId} error={run.error} again={() => void run.refetch()} />;
  return (
    <ActionsOf run={run.data}><div className="pn-run">
      <RunHeader run={run.data} />
      <TabRow run={run.data} tab={known} />
      <RunKeys run={run.data} tab={known ?? "overview"} />
      <div className="pn-run-tab" id="run-tab" data-tab={known}>
        <CatchBoundary getResetKey={() => `${runId} ${tab}`} errorComponent={Trouble}>
          <Suspense fallback={<div aria-busy />}>{known === undefined ? <NoTab id={runId} /> : <TabOf run={run.data} tab={known} />}</Suspense>
        </CatchBoundary>
      </div>
    </div></ActionsOf>
  );
}

function TabOf({ run, tab }: { run: RunDocument; tab: Tab }) {
  switch (tab) {
    case "overview": return <OverviewTab run={run} />;
    case "workflow": return <WorkflowTab runId={run.id} />;
    case "gantt": return <GanttTab runId={run.id} />;
    case "logs": return <LogsTab run={run} />;
    case "outputs": return <OutputsTab run={run} />;
    case "metrics": return <MetricsTab run={run} />;
  }
}

/** The tabs as links: each is an address, and what is selected goes along. */
function TabRow({ run, tab }: { run: RunDocument; tab: Tab | undefined }) {
  const [{ task, map, attempt, generation }] = useRunPlace();
  const failed = run.tasks.reduce((sum, each) => sum + (each.state === "failed" ? 1 : 0), 0);
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    row.current?.querySelector("[data-here]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [tab]);
  return (
    <nav ref={row} className="pn-run-tabs" aria-label="Parts of this run">
      {TABS.map((name, at) => {
        const [word, Icon] = LOOK[name];
        return (
          <RunLink key={name} run={run.id} tab={name} search={defined({ task, map, attempt, generation })} title={`${word} (${at + 1})`} current={name === tab}>
            <Icon size={15} aria-hidden /> {word}
            {name === "overview" && failed > 0 && <span className="pn-run-failed" title={`${failed} failed`}>{failed.toLocaleString("en")}</span>}
          </RunLink>
        );
      })}
    </nav>
  );
}

/** 1-6 tabs, f failed tasks, [ ] the runs beside, c the address. */
function RunKeys({ run, tab }: { run: RunDocument; tab: Tab }) {
  const navigate = useNavigate();
  const context = useRunContext(run.id);
  const [place, setPlace] = useRunPlace();
  const failures = useMemo(() => failuresOf(run), [run]);
  const open = (id: string, to: Tab, search = {}) => void navigate({ to: "/runs/$runId/$tab", params: { runId: id, tab: to }, search });
  const walk = (by: 1 | -1) => {
    // The overview shows the first one until another is chosen.
    const [first] = failures;
    const at = tab === "overview" && place.task === undefined && first !== undefined ? first : { task: place.task, mapIndex: place.map };
    const next = nextFailure(failures, at, by);
    if (next !== undefined) setPlace({ task: next.task, map: next.mapIndex ?? undefined, attempt: tab === "logs" ? (next.attempt ?? undefined) : undefined, generation: tab === "logs" ? (next.generation ?? undefined) : undefined, line: undefined, to: undefined });
  };
  const kept = defined({ task: place.task, map: place.map, attempt: place.attempt, generation: place.generation });
  useKeys({
    ...Object.fromEntries(TABS.map((name, at) => [String(at + 1), () => open(run.id, name, kept)])),
    f: () => walk(1), F: () => walk(-1),
    "[": () => { if (context.data?.previous) open(context.data.previous, tab); },
    "]": () => { if (context.data?.next) open(context.data.next, tab); },
    c: () => void copyAddress(),
  });
  return null;
}

function defined<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}

function useTitle(run: RunDocument | undefined) {
  const title = run === undefined ? undefined : `${calledOf(run.namespace, run.pipeline).name} · ${STATE_LOOK[run.state].word} · Penstock`;
  useEffect(() => {
    if (title === undefined) return undefined;
    const before = document.title;
    document.title = title;
    return () => void (document.title = before);
  }, [title]);
}

function RunAbsent({ id, error, again }: { id: string; error: Error; again: () => void }) {
  const gone = isAbsent(error);
  return (
    <Empty whole title={gone ? `There is no run ${id}` : "The run can't be shown"}>
      <p>{gone ? "It was deleted, or it is a run of another project." : error instanceof ApiProblem ? (error.cure ?? error.message) : error.message}</p>
      {gone ? <Link to="/runs" className="pn-link">All runs</Link> : <Button onClick={again}>Try again</Button>}
    </Empty>
  );
}

function NoTab({ id }: { id: string }) {
  return <Empty title="A run has no such part"><RunLink run={id} tab="overview" className="pn-link"><CircleDot size={13} aria-hidden /> Its overview</RunLink></Empty>;
}
