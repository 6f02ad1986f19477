/** Of a run that does not go on by itself, or not now: why, and who or what it waits for. */
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useMemo } from "react";

import { type RunDocument, runEventsQuery, runWaitsQuery } from "../../../api/runs";
import { aboutQuery } from "../../../api/service";
import { StateIcon } from "../../../components/StateIcon";
import { heldText, heldUpSince, limitOf, restText, waitersText } from "../limits";
import { RunLink } from "../links";
import { Wait } from "../Wait";
import { Worded } from "../Worded";

/** Milliseconds in which nothing goes on before it is told: what begins as soon as another task has ended needs no word. */
const PATIENCE = 1_000;

export function Rests({ run, now }: { run: RunDocument; now: number }) {
  const since = useMemo(() => heldUpSince(run), [run]);
  if (since !== null) return now - since < PATIENCE ? null : <HeldUp run={run} />;
  if (run.state === "created") return now - Date.parse(run.created_at) < PATIENCE ? null : <NoEngine />;
  // What a run asks stands below with its form, which says it better.
  const rests = (run.state === "paused" && run.reason !== "approval") || ((run.state === "queued" || run.state === "skipped" || run.state === "failed") && run.reason === "limit");
  return rests ? <Rest run={run} /> : null;
}

/** It rests, or has no place of a limit: its history says why. */
function Rest({ run }: { run: RunDocument }) {
  const { data } = useQuery(runEventsQuery(run.id, ""));
  if (data === undefined) return null;
  if (run.state === "paused") return <Told state="paused"><p><Worded words={restText(run, data.items)} /></p></Told>;
  const limit = limitOf(data.items);
  return limit !== null && (
    <Told state={run.state}>
      <p>
        {run.state === "queued" ? "It waits: " : "It did not begin: "}{heldText(limit)}
        {limit.runs.length > 0 && " by "}
        {limit.runs.map((id, at) => <Fragment key={id}>{at > 0 && ", "}<RunLink run={id} tab="overview" className="pn-link"><code>{id}</code></RunLink></Fragment>)}
        {limit.held > limit.runs.length && limit.runs.length > 0 && " and others"}.
      </p>
    </Told>
  );
}

/** Its tasks are queued, and none of them runs. */
function HeldUp({ run }: { run: RunDocument }) {
  const { data } = useQuery(runWaitsQuery(run.id));
  if (data === undefined || data.items.length === 0) return null;
  return <Told state="queued">{data.items.map((wait) => <p key={`${wait.on} ${wait.name} ${wait.need}`}><Wait run={run.id} wait={wait} who={waitersText(wait)} /></p>)}</Told>;
}

function NoEngine() {
  const { data } = useQuery(aboutQuery());
  return data?.engine_alive === false && <Told state="created"><p>No engine is up. The run waits until one is: <code>penstock up</code> starts it.</p></Told>;
}

function Told({ state, children }: { state: RunDocument["state"]; children: ReactNode }) {
  return <div className="pn-rests" role="status"><StateIcon state={state} silent /><div>{children}</div></div>;
}
