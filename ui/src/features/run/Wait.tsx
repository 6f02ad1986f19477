/** What queued tasks of a run wait for, in a sentence, and whose runs have it. */
import { Fragment } from "react";

import type { Schemas } from "../../api/client";
import { waitText } from "./limits";
import { RunLink } from "./links";
import { type Words, Worded } from "./Worded";

/** How it is told who has it. */
const BY: Partial<Record<Schemas["Wait"]["on"], string>> = { workers: "with", gpus: "by", pool: "by" };

/** `who`: how it begins, "It waits". */
export function Wait({ run, wait, who }: { run: string; wait: Schemas["Wait"]; who: Words }) {
  const told = BY[wait.on] === undefined ? [] : wait.by_runs;
  return (
    <>
      <Worded words={who} /> for {waitText(wait)}{told.length > 0 && ` ${BY[wait.on]} `}
      {told.map((id, at) => <Fragment key={id}>{at > 0 && ", "}{id === run ? "this run" : <RunLink run={id} tab="overview" className="pn-link"><code>{id}</code></RunLink>}</Fragment>)}.
    </>
  );
}
