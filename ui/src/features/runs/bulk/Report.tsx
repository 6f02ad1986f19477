/** What became of each of many runs. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { refusalText, type AskedAction, type Outcome } from "../../../api/actions";
import { problemText } from "../../../api/client";
import type { RunSummary } from "../../../api/runs";
import { countText } from "../../../domain/formats";
import { calledText } from "../../../domain/names";

interface Props {
  action: AskedAction | "approve" | "reject";
  runs: readonly RunSummary[];
  outcomes: readonly Outcome[];
  doing: boolean;
  problem: Error | null;
  onStop: () => void;
  onDone: () => void;
}

const DID: Readonly<Record<Props["action"], string>> = { approve: "approved", reject: "rejected", cancel: "are being cancelled", pause: "paused", resume: "go on", retry: "run again", replay: "replayed", "force-run": "started", "set-state": "set", delete: "deleted" };
const KINDS = ["all", "refused", "waiting", "applied"] as const;
const MOST = 300;

export function Report({ action, runs, outcomes, doing, problem, onStop, onDone }: Props) {
  const [kind, setKind] = useState<(typeof KINDS)[number]>("all");
  const names = useMemo(() => new Map(runs.map((run) => [run.id, calledText(run.namespace, run.pipeline)] as const)), [runs]);
  const count = (outcome: Outcome["outcome"]) => outcomes.reduce((sum, one) => sum + (one.outcome === outcome ? 1 : 0), 0);
  const [applied, refused, waiting] = [count("applied"), count("refused"), count("waiting")];
  const words = { all: `all ${countText(outcomes.length)}`, refused: `${countText(refused)} refused`, waiting: `${countText(waiting)} on their way`, applied: `${countText(applied)} ${DID[action]}` };
  const shown = outcomes.filter(({ outcome }) => kind === "all" || outcome === kind).toSorted((one, other) => Number(other.outcome === "refused") - Number(one.outcome === "refused"));
  const left = runs.length - outcomes.length;
  return (
    <div className="pn-many">
      <p role="status">
        <b>{countText(applied)} {DID[action]}</b>
        {waiting > 0 && `, ${countText(waiting)} on their way`}{refused > 0 && `, ${countText(refused)} refused`}{doing ? `, ${countText(left)} to go` : left > 0 ? `, ${countText(left)} were not asked` : ""}.
      </p>
      {problem !== null && <p role="alert" className="pn-runs-refused">{problemText(problem)}</p>}
      {doing && <progress className="pn-many-progress" max={runs.length} value={outcomes.length} aria-label="Runs that are done" />}
      {refused > 0 && outcomes.length > 8 && (
        <div className="pn-many-kinds" role="group" aria-label="Show">
          {KINDS.filter((one) => one === "all" || count(one) > 0).map((one) => <button key={one} type="button" className="pn-runs-chip" aria-pressed={one === kind} onClick={() => setKind(one)}>{words[one]}</button>)}
        </div>
      )}
      <ul className="pn-many-report" aria-label="What became of each" tabIndex={0}>
        {shown.slice(0, MOST).map((one, at) => (
          <li key={`${one.id} ${at}`} data-outcome={one.outcome}>
            <Link to="/runs/$runId/$tab" params={{ runId: one.id, tab: "overview" }} className="pn-link"><code>{one.id}</code></Link>
            <bdi className="pn-cut pn-dim">{names.get(one.id)}</bdi>
            <span className="pn-many-what">
              {one.outcome === "refused" ? `refused: ${refusalText(one)}` : one.outcome === "waiting" ? "asked for, its engine has not answered yet" : one.replay ? <>as <Link to="/runs/$runId/$tab" params={{ runId: one.replay, tab: "overview" }} className="pn-link"><code>{one.replay}</code></Link></> : "done"}
            </span>
          </li>
        ))}
        {shown.length > MOST && <li className="pn-dim">and {countText(shown.length - MOST)} more</li>}
      </ul>
      <div className="pn-many-buttons">
        {doing ? <Button onClick={onStop}>Stop after this part</Button> : <Button data-autofocus onClick={onDone}>Done</Button>}
      </div>
    </div>
  );
}
