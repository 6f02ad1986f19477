import type { ReactNode } from "react";
import type { RunSummary } from "../../api/runs";
import { StateIcon } from "../../components/StateIcon";
import { Ago, Took } from "../../components/When";
import { bytesText, countText, errorText, momentText } from "../../domain/formats";
import { saidText } from "../../domain/json";
import { countsFrom } from "../../domain/lasting";
import { calledOf } from "../../domain/names";
import { STATE_LOOK, stateText } from "../../domain/states";

export type ColumnKey =
  | "state" | "id" | "pipeline" | "tasks" | "created" | "started" | "ended" | "duration" | "trigger" | "type" | "version" | "labels" | "tags"
  | "bytes" | "params" | "error";

export interface Column {
  key: ColumnKey;
  title: string;
  /** A track of the grid. */
  width: string;
  /** What the server sorts by. */
  sort?: string;
  right?: boolean;
  /** Its title is for readers alone. */
  untitled?: boolean;
  cell: (run: RunSummary) => ReactNode;
}

/** All columns, in the order in which they are shown until somebody moves them. */
export const COLUMNS: readonly Column[] = [
  { key: "state", title: "State", width: "minmax(115px, 196px)", cell: (run) => <State run={run} /> },
  { key: "id", title: "Run", width: "112px", cell: (run) => <code>{run.id}</code> },
  { key: "pipeline", title: "Pipeline", width: "minmax(164px, 2.1fr)", cell: (run) => <Name run={run} /> },
  { key: "tasks", title: "Tasks", width: "128px", cell: (run) => <Tasks run={run} /> },
  { key: "created", title: "Created", width: "92px", sort: "created_at", cell: (run) => <Ago at={run.created_at} /> },
  { key: "started", title: "Started", width: "92px", sort: "started_at", cell: (run) => <Ago at={run.started_at} /> },
  { key: "ended", title: "Ended", width: "92px", sort: "ended_at", cell: (run) => <Ago at={run.ended_at} /> },
  { key: "duration", title: "Duration", width: "96px", sort: "duration", right: true, cell: (run) => <Took seconds={run.duration} since={countsFrom(run)} /> },
  { key: "trigger", title: "Trigger", width: "minmax(76px, 0.5fr)", cell: (run) => <span title={`${run.trigger.kind}, ${momentText(run.trigger.at)}`}>{run.trigger.name ?? run.trigger.kind}</span> },
  { key: "type", title: "Type", width: "92px", cell: (run) => run.type },
  { key: "version", title: "Version", width: "88px", cell: (run) => <code title={run.version}>{run.version.slice(0, 8)}</code> },
  { key: "labels", title: "Labels", width: "minmax(112px, 1.2fr)", cell: (run) => <Labels labels={run.labels} /> },
  { key: "tags", title: "Tags", width: "minmax(80px, 0.6fr)", cell: (run) => run.tags.join(", ") },
  { key: "bytes", title: "Data", width: "72px", sort: "bytes", right: true, cell: (run) => bytesText(run.bytes) },
  { key: "params", title: "Params", width: "minmax(140px, 1fr)", cell: (run) => <Params params={run.params} /> },
  { key: "error", title: "Error", width: "minmax(132px, 2.4fr)", cell: (run) => <Why run={run} /> },
];

/** What is shown until somebody chooses. */
export const USUAL: readonly ColumnKey[] = ["state", "id", "pipeline", "tasks", "created", "duration", "trigger", "labels", "error"];

/** The columns of these keys, in their order; the usual ones where none is known. */
export function columnsOf(keys: readonly string[]): Column[] {
  const known = [...new Set(keys)].flatMap((key) => COLUMNS.find((column) => column.key === key) ?? []);
  return known.length > 0 ? known : columnsOf(USUAL);
}

/** Where the error beside it tells the reason. */
const PLAIN: Column = { ...columnOf("state"), width: "115px" };
const NAMED: Column = { ...columnOf("pipeline"), width: "minmax(132px, 1.2fr)" };
/** Of each run what matters most now, in one column. */
const STANDS: Column = { key: "error", title: "Error or progress", width: "minmax(150px, 1.8fr)", cell: (run) => (run.error === null && (run.state === "running" || run.state === "cancelling") ? <Tasks run={run} /> : <Why run={run} />) };

/** What has room in a narrow window, whatever was chosen. */
export const NARROW: readonly Column[] = [
  { key: "state", title: "State", untitled: true, width: "32px", cell: (run) => <StateIcon state={run.state} /> },
  { ...NAMED, width: "minmax(96px, 1fr)" }, columnOf("created"), columnOf("duration"),
];

/** The usual columns that have room, for windows of at least so many pixels: why runs failed is seen without scrolling in all but narrow ones. */
const ROOM: readonly [least: number, columns: readonly Column[]][] = [
  [1560, columnsOf(USUAL)],
  [1400, columnsOf(USUAL.filter((key) => key !== "trigger"))],
  [1200, [PLAIN, ...columnsOf(USUAL.filter((key) => key !== "state" && key !== "trigger" && key !== "labels"))]],
  [0, [PLAIN, columnOf("id"), NAMED, columnOf("created"), columnOf("duration"), STANDS]],
];

/** From how many pixels on a window has room for more of the usual columns. */
export const ROOMS: readonly number[] = ROOM.map(([least]) => least);

/** The columns of these keys; where nobody chose them, as many as a window of this width has room for. */
export function columnsIn(width: number, keys: readonly string[]): readonly Column[] {
  if (keys.join() !== USUAL.join()) return columnsOf(keys);
  return ROOM.find(([least]) => width >= least)![1];
}

function columnOf(key: ColumnKey): Column {
  return COLUMNS.find((column) => column.key === key)!;
}

/** Reasons that say more than the state does. */
const TELLING = new Set(["timeout", "out_of_memory", "worker_lost", "lease_lost", "node_lost", "deadline", "disk_full", "poison", "artifact_corrupt", "interrupted"]);

function State({ run }: { run: RunSummary }) {
  return (
    <span className="pn-runs-state" title={stateText(run.state, run.reason)}>
      <StateIcon state={run.state} silent />
      <span className="pn-cut" style={{ color: `var(${STATE_LOOK[run.state].color})` }}>{STATE_LOOK[run.state].word}
        {TELLING.has(run.reason ?? "") && <span className="pn-runs-reason"> {stateText(run.state, run.reason).slice(STATE_LOOK[run.state].word.length).trim()}</span>}
      </span>
    </span>
  );
}

/** Letters of a namespace that stay however long the name is: fewer say nothing. */
const LEAST_BEFORE = 6;

function Name({ run }: { run: RunSummary }) {
  const { before, name } = calledOf(run.namespace, run.pipeline);
  return (
    <span className="pn-runs-name" title={`${run.namespace} / ${run.pipeline}${run.type === "standard" ? "" : `, ${run.type}`}`}>
      {before !== null && <><span className="pn-faint pn-cut" style={{ minWidth: `${Math.min(before.length, LEAST_BEFORE) / 2}em` }}><bdi>{before}</bdi></span><span className="pn-faint"> / </span></>}
      <span className="pn-cut"><bdi>{name}</bdi></span>
      {run.type !== "standard" && <small className="pn-runs-type">{run.type}</small>}
    </span>
  );
}

function Tasks({ run }: { run: RunSummary }) {
  const share = run.tasks_total === 0 ? 0 : run.tasks_done / run.tasks_total;
  return (
    <span className="pn-runs-tasks">
      <span className="pn-runs-track" aria-hidden>
        <i style={{ width: `${share * 100}%`, background: `var(${STATE_LOOK[run.state].color})` }} />
      </span>
      {countText(run.tasks_done)}/{countText(run.tasks_total)}
    </span>
  );
}

function Labels({ labels }: { labels: Record<string, string> }) {
  const all = Object.entries(labels);
  const said = all.map(([key, value]) => `${key}=${value}`);
  return (
    <span className="pn-runs-labels" title={said.slice(0, 40).join("\n")}>
      {said.slice(0, 3).map((text) => <bdi key={text} className="pn-runs-label">{text}</bdi>)}
      {all.length > 3 && <span className="pn-faint">+{all.length - 3}</span>}
    </span>
  );
}

function Params({ params }: { params: Record<string, unknown> }) {
  const said = Object.entries(params).map(([key, value]) => `${key}=${saidText(value)}`).join("  ");
  return <code title={said.slice(0, 2000)}>{said.slice(0, 300)}</code>;
}

/** What keeps a run that does not go on by itself. */
const RESTS: Readonly<Record<string, string>> = { approval: "waits for an answer", breakpoint: "rests at a breakpoint", limit: "waits at a limit" };

function Why({ run: { state, reason, error } }: { run: RunSummary }) {
  if (error === null) return state === "paused" || state === "queued" ? <span className="pn-dim">{RESTS[reason ?? ""]}</span> : null;
  const message = (error.message ?? "").split("\n", 1)[0];
  return (
    <span className="pn-runs-error" title={`${error.task ?? ""} ${errorText(error.type, error.message)}`.trim().slice(0, 1000)}>
      {error.task && <b><bdi>{error.task}</bdi> </b>}
      <bdi>{errorText(error.type, message)}</bdi>
    </span>
  );
}
