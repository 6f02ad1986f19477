/** Of a run that does not go on by itself: why, and who or what it waits for. */
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";

import { type RunDocument, runEventsQuery } from "../../../api/runs";
import { StateIcon } from "../../../components/StateIcon";
import { heldText, limitOf, restText } from "../limits";
import { RunLink } from "../links";
import { Worded } from "../Worded";

export function Rests({ run }: { run: RunDocument }) {
  // What a run asks stands below with its form, which says it better.
  const rests = (run.state === "paused" && run.reason !== "approval") || (run.state === "queued" && run.reason === "limit") || ((run.state === "skipped" || run.state === "failed") && run.reason === "limit");
  const events = useQuery({ ...runEventsQuery(run.id, ""), enabled: rests });
  if (!rests || events.data === undefined) return null;
  const limit = limitOf(events.data.items);
  if (run.state !== "paused" && limit === null) return null;
  return (
    <div className="pn-rests" role="status">
      <StateIcon state={run.state} silent />
      {run.state === "paused" || limit === null ? <p><Worded words={restText(run, events.data.items)} /></p> : (
        <p>
          {run.state === "queued" ? "It waits: " : "It did not begin: "}{heldText(limit)}
          {limit.runs.length > 0 && " by "}
          {limit.runs.map((id, at) => <Fragment key={id}>{at > 0 && ", "}<RunLink run={id} tab="overview" className="pn-link"><code>{id}</code></RunLink></Fragment>)}
          {limit.held > limit.runs.length && limit.runs.length > 0 && " and others"}.
        </p>
      )}
    </div>
  );
}
