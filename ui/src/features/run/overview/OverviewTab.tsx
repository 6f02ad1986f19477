/** A run at a glance: what went wrong first, then its tasks; beside them what it was made of and what happened. */
import { useMemo } from "react";

import { type RunDocument, useRunContext } from "../../../api/runs";
import { StateIcon } from "../../../components/StateIcon";
import { isOver } from "../../../domain/states";
import { type Failure, allowedFailuresOf, failuresOf, heldBackBy } from "../failures";
import { askingOf } from "../../../domain/approvals";
import { endText, partText, toldFacts, toolOf } from "../../../domain/elsewhere";
import { durationText, momentText, taskText } from "../../../domain/formats";
import { saidText } from "../../../domain/json";
import { Approvals } from "../actions/Approval";
import { Stepping } from "../actions/Stepping";
import { placeOf, RunLink } from "../links";
import { useNow, useRunPlace } from "../place";
import { FailurePanel } from "./FailurePanel";
import { type Fact, Facts } from "./Facts";
import { History } from "./History";
import { triggerText } from "./history";
import { LabelsOf } from "./Labels";
import { RecentBars } from "./RecentBars";
import { Rests } from "./Rests";
import { RunTrouble } from "./RunTrouble";
import { TaskList } from "./TaskList";
import "../metrics/metrics.css";
import "./overview.css";

export default function OverviewTab({ run }: { run: RunDocument }) {
  const [place, setPlace] = useRunPlace();
  const now = useNow(!isOver(run.state));
  const context = useRunContext(run.id);
  const failures = useMemo(() => failuresOf(run), [run]);
  const asking = askingOf(run.tasks);
  const allowed = useMemo(() => allowedFailuresOf(run), [run]);
  const failure = failures.find((one) => one.task === place.task && one.mapIndex === (place.map ?? null)) ?? failures[0];
  const select = (task: string, mapIndex: number | null) => setPlace({ task, map: mapIndex ?? undefined, attempt: undefined, generation: undefined });
  return (
    <div className="pn-overview">
      <div className="pn-overview-main">
        <Rests run={run} now={now} />
        <Approvals run={run} tasks={asking} />
        {run.type === "debug" && !isOver(run.state) && <Stepping run={run} />}
        {failure !== undefined
          ? <FailurePanel run={run} failures={failures} failure={failure} heldBack={heldBackBy(run)} onFailure={(next) => select(next.task, next.mapIndex)} />
          : run.error !== null && <RunTrouble run={run} />}
        <End run={run} />
        {allowed.length > 0 && <AllowedFailures run={run} failures={allowed} />}
        <TaskList run={run} now={now} selected={{ task: place.task, mapIndex: place.map ?? null }} onSelect={select} />
      </div>
      <aside className="pn-overview-side" aria-label="About this run">
        {context.data !== undefined && context.data.recent.length > 1 && (
          <section className="pn-section" aria-label="Last runs">
            <h2>Last {context.data.recent.length} runs</h2>
            <RecentBars runs={context.data.recent} current={run.id} expected={context.data.expected_duration} now={now} />
          </section>
        )}
        <section className="pn-section" aria-label="About"><h2>About</h2><Facts facts={factsOf(run, context.data?.replays ?? [])} /></section>
        <Elsewhere run={run} />
        <Params run={run} />
        <LabelsOf run={run} />
        <History run={run} />
      </aside>
    </div>
  );
}

function factsOf(run: RunDocument, replays: readonly { id: string; state: RunDocument["state"] }[]): Fact[] {
  const facts: Fact[] = [
    ["Version", <code key="version">{run.version}</code>, run.version],
    ["Type", run.type],
    ["Started by", triggerText(run.trigger)],
    ["Created", momentText(run.created_at), run.created_at],
  ];
  if (run.started_at !== null) facts.push(["Started", momentText(run.started_at), run.started_at]);
  if (run.ended_at !== null) facts.push(["Ended", momentText(run.ended_at), run.ended_at]);
  if (run.namespace !== "default") facts.push(["Namespace", run.namespace, run.namespace]);
  if (run.tags.length > 0) facts.push(["Tags", run.tags.join(", "), run.tags.join(", ")]);
  if (run.generation > 1) facts.push(["Generation", String(run.generation)]);
  if (run.idle > 0) facts.push(["Idle", `${durationText(run.idle)} before it was retried`, "no part of its duration"]);
  const part = partText(run.selection);
  if (part !== null) facts.push(["Partial run", part, part]);
  if (run.parent_id !== null) facts.push(["Part of run", <RunLink key="parent" run={run.parent_id} tab="overview" className="pn-link">{run.parent_id}</RunLink>]);
  if (run.replay_of !== null) facts.push(["Replay of", <RunLink key="replay" run={run.replay_of} tab="overview" className="pn-link">{run.replay_of}</RunLink>]);
  if (replays.length > 0) facts.push(["Replayed as", <span key="replays" className="pn-replays">{replays.map(({ id, state }) => <RunLink key={id} run={id} tab="overview" className="pn-link"><StateIcon state={state} size={13} /> {id}</RunLink>)}</span>]);
  return facts;
}

/** How the run was started, where another tool tells of it. */
function Elsewhere({ run }: { run: RunDocument }) {
  const told = toldFacts(run.facts);
  if (told.length === 0) return null;
  const tool = toolOf(run.facts);
  return (
    <section className="pn-section" aria-label={tool}>
      <h2>{tool}</h2>
      <Facts facts={told.map(({ word, text, code }) => [word, code ? <code key={word}>{text}</code> : text, text])} />
    </section>
  );
}

/** Of a run that nobody failed, why it is over. */
function End({ run }: { run: RunDocument }) {
  const text = endText(run);
  return text === null ? null : <p className="pn-allowed" role="status"><StateIcon state={run.state} silent /> {text}</p>;
}

function Params({ run }: { run: RunDocument }) {
  const params = Object.entries(run.params);
  if (params.length === 0) return null;
  return (
    <section className="pn-section" aria-label="Params">
      <h2>Params</h2>
      <Facts facts={params.map(([name, value]) => {
        const text = saidText(value);
        return [name, text === "" ? <span key={name} className="pn-dim">empty</span> : <code key={name}>{text}</code>, text];
      })} />
    </section>
  );
}

/** Tasks that failed and were allowed to: no alarm, but told. */
function AllowedFailures({ run, failures }: { run: RunDocument; failures: readonly Failure[] }) {
  const shown = failures.slice(0, 5);
  return (
    <section className="pn-allowed" aria-label="Allowed failures">
      <h2><StateIcon state="warning" silent /> {failures.length === 1 ? "1 task failed, and was allowed to" : `${failures.length.toLocaleString("en")} tasks failed, and were allowed to`}</h2>
      <ul>
        {shown.map((failure) => (
          <li key={`${failure.task}/${failure.mapIndex ?? ""}`}>
            <RunLink run={run.id} tab="logs" search={placeOf(failure.task, failure.mapIndex, failure.attempt, failure.generation)} className="pn-link"><bdi>{taskText(failure.task, failure.mapIndex, failure.label)}</bdi></RunLink>
            <span className="pn-cut" title={failure.error?.message ?? undefined}> {failure.error?.type}{failure.error?.message ? `: ${failure.error.message}` : ""}</span>
          </li>
        ))}
      </ul>
      {failures.length > shown.length && <p className="pn-dim">and {(failures.length - shown.length).toLocaleString("en")} more: filter the tasks below by “warning”.</p>}
    </section>
  );
}
