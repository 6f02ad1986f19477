/** Why a task that is queued does not begin, and whose runs have what it waits for. */
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";

import type { Schemas } from "../../../api/client";
import { runWaitsQuery } from "../../../api/runs";
import { waitText } from "../limits";
import { RunLink } from "../links";

export function Waits({ run, task, mapIndex }: { run: string; task: string; mapIndex: number | null }) {
  const { data } = useQuery(runWaitsQuery(run, task, mapIndex ?? undefined));
  return data?.items.map((wait) => <p key={`${wait.on} ${wait.name}`} className="pn-panel-waits" role="status"><Wait run={run} wait={wait} alone={mapIndex !== null || wait.count === 1} /></p>);
}

/** How it is told who has it. */
const BY: Partial<Record<Schemas["Wait"]["on"], string>> = { workers: "with", gpus: "by", pool: "by" };

function Wait({ run, wait, alone }: { run: string; wait: Schemas["Wait"]; alone: boolean }) {
  const told = BY[wait.on] === undefined ? [] : wait.by_runs;
  return (
    <>
      {alone ? "It waits for " : `${wait.count.toLocaleString("en")} items wait for `}{waitText(wait)}{told.length > 0 && ` ${BY[wait.on]} `}
      {told.map((id, at) => <Fragment key={id}>{at > 0 && ", "}{id === run ? "this run" : <RunLink run={id} tab="overview" className="pn-link"><code>{id}</code></RunLink>}</Fragment>)}.
    </>
  );
}
