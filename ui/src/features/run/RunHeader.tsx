/** A run's head: name, state, time against what is usual, labels, neighbours, and what can be done. */
import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Columns2 } from "lucide-react";

import { type RunDocument, useRunContext } from "../../api/runs";
import { StateLabel } from "../../components/StateIcon";
import { calledOf } from "../../domain/names";
import { isOver } from "../../domain/states";
import { RunActions } from "./actions/RunActions";
import { CopyText } from "./CopyText";
import { durationText, runningText } from "../../domain/formats";
import { paceOf } from "./pace";
import { useNow } from "./place";
import { RunLink } from "./links";

export function RunHeader({ run }: { run: RunDocument }) {
  const context = useRunContext(run.id);
  return (
    <header className="pn-run-head">
      <div className="pn-run-name">
        <Link to="/pipelines/$name/$tab" params={{ name: run.pipeline, tab: "overview" }} search={{ namespace: run.namespace }} className="pn-run-pipeline pn-cut" title={`${run.namespace} / ${run.pipeline}`}>
          <bdi>{calledOf(run.namespace, run.pipeline).name}</bdi>
        </Link>
        <span className="pn-faint" aria-hidden>/</span>
        <h1 className="pn-mono"><span className="pn-unseen">Run </span>{run.id}</h1>
        <CopyText small text={run.id} label="Copy the run's id" />
      </div>
      <StateLabel state={run.state} reason={run.reason === "user_error" ? null : run.reason} />
      {run.type !== "standard" && <Link to="/runs" search={{ q: `type:${run.type}` }} className="pn-run-type" title={`All runs of type ${run.type}`}>{run.type}</Link>}
      <Pace run={run} expected={context.data?.expected_duration ?? null} />
      <Labels labels={run.labels} />
      <span className="pn-logs-gap" />
      <div className="pn-run-actions">
        <Beside id={context.data?.previous ?? null} word="Previous run" sign="[" />
        <Beside id={context.data?.next ?? null} word="Next run" sign="]" />
        {context.data?.previous && <WithPrevious id={run.id} previous={context.data.previous} />}
        <RunActions run={run} />
      </div>
    </header>
  );
}

/** How long it took or has been going, against what is usual, and how far it is. */
function Pace({ run, expected }: { run: RunDocument; expected: number | null }) {
  const over = isOver(run.state);
  const now = useNow(!over);
  const pace = paceOf(run, expected, now);
  const usual = expected === null ? undefined : `${pace.slower ? "slower than the usual" : "usually"} ${durationText(expected)}`;
  return (
    <div className="pn-run-pace" data-live={!over || undefined}>
      <span title={usual}>{pace.seconds === null ? (run.generation > 1 ? "not started again" : "not started") : over ? durationText(pace.seconds) : runningText(pace.seconds)}</span>
      {!over && run.tasks_total > 0 && (
        <>
          <span className="pn-run-bar" role="progressbar" aria-label="Tasks that are over" aria-valuemin={0} aria-valuemax={run.tasks_total} aria-valuenow={run.tasks_done}>
            <span style={{ width: `${pace.share * 100}%` }} />
          </span>
          <span className="pn-dim">{run.tasks_done.toLocaleString("en")} of {run.tasks_total.toLocaleString("en")} tasks</span>
        </>
      )}
      {usual !== undefined && <span className="pn-dim">{usual}</span>}
    </div>
  );
}

const FIRST = 3;

function Labels({ labels }: { labels: Record<string, string> }) {
  const all = Object.entries(labels);
  if (all.length === 0) return null;
  return (
    <ul className="pn-run-labels" aria-label="Labels">
      {all.slice(0, FIRST).map(([name, value]) => <li key={name} className="pn-cut" title={`${name}=${value}`}><bdi><span className="pn-dim">{name}</span> {value}</bdi></li>)}
      {all.length > FIRST && <li title={all.slice(FIRST, 40).map(([name, value]) => `${name}=${value}`).join("\n")}>+{(all.length - FIRST).toLocaleString("en")}</li>}
    </ul>
  );
}

function Beside({ id, word, sign }: { id: string | null; word: string; sign: "[" | "]" }) {
  const Icon = sign === "[" ? ChevronLeft : ChevronRight;
  const label = `${word} of this pipeline (${sign})`;
  if (id === null) return <span className="pn-icon-link" data-off title={`No ${word.toLowerCase()} of this pipeline`}><Icon size={16} aria-hidden /></span>;
  return <Tooltip label={label}><span><RunLink run={id} tab="overview" className="pn-icon-link" label={label}><Icon size={16} aria-hidden /></RunLink></span></Tooltip>;
}

function WithPrevious({ id, previous }: { id: string; previous: string }) {
  const label = "Compare with the run before";
  return (
    <Tooltip label={label}>
      <span><Link to="/runs/$first/compare/$second" params={{ first: previous, second: id }} className="pn-icon-link" aria-label={label}><Columns2 size={16} aria-hidden /></Link></span>
    </Tooltip>
  );
}
