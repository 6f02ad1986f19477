/** An action on many runs: says before which it touches and which not, and after what became of each. */
import { Button, Checkbox, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";

import type { Asked, AskedAction } from "../../../api/actions";
import { problemText } from "../../../api/client";
import { allRunsQuery, type RunQuery, type RunSummary } from "../../../api/runs";
import { ACTION_LOOK } from "../../../components/actions";
import { Choice } from "../../../components/Choice";
import { countText } from "../../../domain/formats";
import { type RunState, STATE_LOOK } from "../../../domain/states";
import { Report } from "./Report";
import { statesToSet, type Touched, touchedBy } from "./touched";
import { useInParts } from "./useInParts";

interface Props {
  action: AskedAction;
  /** These runs, or all that fit a query. */
  of: readonly RunSummary[] | RunQuery;
  onDone: () => void;
}

/** What is asked with each action, apart from the runs. */
interface Ways {
  version: "same" | "latest";
  now: boolean;
  children: boolean;
  /** Undefined until one is chosen: then it is the first that would change something. */
  state: RunState | undefined;
}

export default function ActDialog({ action, of, onDone }: Props) {
  const given = Array.isArray(of) ? (of as readonly RunSummary[]) : undefined;
  const found = useQuery({ ...allRunsQuery(given === undefined ? (of as RunQuery) : {}), enabled: given === undefined });
  // What is told is what is done: runs that come to fit while somebody reads are not touched.
  const [kept, setKept] = useState(given);
  const read = kept ?? found.data?.runs;
  const [chosen, setWays] = useState<Ways>({ version: "same", now: false, children: false, state: undefined });
  const states = useMemo(() => (action === "set-state" && read !== undefined ? statesToSet(read) : []), [action, read]);
  const ways = { ...chosen, state: chosen.state ?? states[0] };
  const touched = useMemo(() => read && touchedBy(action, read, ways.state), [action, read, ways.state]);
  const acting = useInParts(action);
  const look = ACTION_LOOK[action];
  const count = touched?.runs.length ?? 0;
  const said = count === 1 ? "1 run" : `${countText(count)} runs`;
  const asked = ASKED[action]?.(said) ?? `${look.word} ${said}`;
  const danger = action === "cancel" || action === "delete";
  const go = () => {
    setKept(read);
    void acting.go([[(touched?.runs ?? []).map(({ id }) => id), askedOf(action, ways)]]);
  };
  if (acting.started) {
    return (
      <Modal opened onClose={onDone} title={asked} size={620} closeOnClickOutside={false}>
        <Report action={action} runs={touched?.runs ?? []} outcomes={acting.outcomes} doing={acting.doing} problem={acting.problem} onStop={acting.stop} onDone={onDone} />
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onDone} title={touched === undefined ? look.word : `${asked}?`} size={560}>
      <div className="pn-many">
        {found.error !== null && <p role="alert" className="pn-runs-refused">{problemText(found.error)}</p>}
        {touched === undefined && found.error === null && <p aria-busy>Looking which runs that touches.</p>}
        {touched !== undefined && count === 0 && <p>None of them: all stay as they are.</p>}
        {touched !== undefined && count > 0 && <Telling action={action} touched={touched} />}
        {found.data?.more && <p className="pn-dim">More runs match: these are the newest. Do it again for the others.</p>}
        {touched !== undefined && touched.left.length > 0 && <Left left={touched.left} />}
        {count > 0 && <WaysOf action={action} ways={ways} states={states} onChange={setWays} />}
        <div className="pn-many-buttons">
          <Button {...(count === 0 ? { "data-autofocus": true } : {})} onClick={onDone}>{count === 0 ? "Close" : "Leave them"}</Button>
          {count > 0 && <Button variant="filled" {...(danger ? { color: "red" } : {})} data-autofocus={!danger || undefined} onClick={go}>{asked}</Button>}
        </div>
      </div>
    </Modal>
  );
}

/** What is asked for, where the word of the action alone does not say it. */
const ASKED: Partial<Record<AskedAction, (said: string) => string>> = { "set-state": (said) => `Set the state of ${said}`, "force-run": (said) => `Start ${said} now` };

const SAYS: Readonly<Record<AskedAction, (touched: Touched) => ReactNode>> = {
  cancel: ({ open }) => <>What runs is asked to end, and killed with all that it started when its grace is over (5 s, unless the task says otherwise). {open > 0 && `${countText(open)} tasks of them have not ended yet. `}What is done stays.</>,
  pause: () => "Nothing new begins in them until they are resumed; time-outs stop counting.",
  resume: () => "They go on where they rest.",
  retry: () => "In place, each as its next generation: what failed, was cancelled or never ran runs again; what succeeded keeps what it made.",
  replay: () => "Each is repeated whole, as a new run with the same params that is linked to it. They stay as they are.",
  "force-run": () => "They start beside those that hold their limits, and are marked as forced.",
  "set-state": () => "Nothing runs: the record changes, and says who changed it.",
  delete: () => "They go for good, with all that they made and their logs. What replays took from them stays with those.",
};

function Telling({ action, touched }: { action: AskedAction; touched: Touched }) {
  return (
    <>
      <p>{SAYS[action](touched)}</p>
      <ul className="pn-many-names" aria-label="Runs that are touched, by pipeline" tabIndex={0}>
        {touched.pipelines.slice(0, 100).map(([name, count]) => <li key={name}><bdi className="pn-cut" title={name}>{name}</bdi><span>{countText(count)}</span></li>)}
        {touched.pipelines.length > 100 && <li className="pn-dim">and {countText(touched.pipelines.length - 100)} more pipelines</li>}
      </ul>
    </>
  );
}

function Left({ left }: { left: Touched["left"] }) {
  const all = left.reduce((sum, [, count]) => sum + count, 0);
  return (
    <div className="pn-many-left">
      <p>{all === 1 ? "1 stays as it is:" : `${countText(all)} stay as they are:`}</p>
      <ul>{left.map(([why, count]) => <li key={why}><b>{countText(count)}</b> {why}</li>)}</ul>
    </div>
  );
}

function WaysOf({ action, ways, states, onChange }: { action: AskedAction; ways: Ways; states: readonly RunState[]; onChange: (ways: Ways) => void }) {
  switch (action) {
    case "replay":
      return <Choice label="Version" value={ways.version} options={[["same", "on the version that each had"], ["latest", "on the latest version"]]} onChange={(version) => onChange({ ...ways, version })} />;
    case "pause":
      return <Checkbox label="Also what runs now: it stands still until the run is resumed" checked={ways.now} onChange={(event) => onChange({ ...ways, now: event.currentTarget.checked })} />;
    case "delete":
      return <Checkbox label="Also the runs that they began" checked={ways.children} onChange={(event) => onChange({ ...ways, children: event.currentTarget.checked })} />;
    case "set-state":
      return ways.state && <Choice label="State" value={ways.state} options={states.map((state) => [state, STATE_LOOK[state].word] as const)} onChange={(state) => onChange({ ...ways, state })} />;
    default:
      return null;
  }
}

function askedOf(action: AskedAction, { version, now, children, state }: Ways): Asked[AskedAction] {
  switch (action) {
    case "replay":
      return { version };
    case "pause":
      return { now };
    case "delete":
      return { children };
    case "set-state":
      return { task: null, map_index: null, state: state! };
    default:
      return {};
  }
}
