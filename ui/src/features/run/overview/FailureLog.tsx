/** The log around a failure: its own lines, or what all tasks wrote meanwhile; a part of the time is chosen on the strip. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { keyOfLine, loadLines, type LogLine, type LogView } from "../../../api/logs";
import type { RunDocument } from "../../../api/runs";
import { Choice } from "../../../components/Choice";
import { countText } from "../../../domain/formats";
import { LineStore } from "../../../logs/store";
import type { Failure } from "../failures";
import { placeOf, RunLink } from "../links";
import { LogLines, ROW, type LinesLook } from "../logs/LogLines";
import { type TimeRange, TimeStrip } from "../logs/TimeStrip";
import { useReader } from "../logs/useReader";
import "../logs/logs.css";

const LINE = { key: keyOfLine, time: (line: LogLine) => Date.parse(line.at) };
/** Lines that are seen at once, at most. */
const HIGH = 11;

export function FailureLog({ run, failure, attempt }: { run: RunDocument; failure: Failure; attempt: Failure["attempts"][number] }) {
  const [whose, setWhose] = useState<"own" | "all">("own");
  const [range, setRange] = useState<TimeRange>();
  const from = attempt.started_at ?? attempt.dispatched_at;
  const view = useMemo<LogView>(() => {
    if (whose === "own") return { run: run.id, task: failure.task, mapIndex: failure.mapIndex ?? undefined, attempt: attempt.n, generation: attempt.generation, levels: [], from: range?.[0], until: range?.[1] };
    // The last line of the attempt belongs to it: the end is just after it.
    const until = attempt.ended_at === null ? undefined : new Date(Date.parse(attempt.ended_at) + 1).toISOString();
    return { run: run.id, levels: [], from: range?.[0] ?? from, until: range?.[1] ?? until };
  }, [run.id, failure.task, failure.mapIndex, attempt.n, attempt.generation, attempt.ended_at, whose, range, from]);
  // Of all tasks the time of the attempt is shown first, and the whole run when that is asked for.
  const whole: TimeRange = whose === "own" || run.started_at === null || run.ended_at === null ? undefined : [run.started_at, new Date(Date.parse(run.ended_at) + 1).toISOString()];
  const store = useMemo(() => new LineStore<LogLine>(loadLines(view), LINE), [view]);
  useSyncExternalStore(store.subscribe, store.now);
  useEffect(() => {
    // Its end is read first: there the failure is.
    void store.refresh();
    return () => store.close();
  }, [store]);
  const { total } = store;
  if (total === 0 && range === undefined && whose === "own") return <p className="pn-failure-log pn-dim pn-failure-none">It wrote nothing to its log.</p>;
  return (
    <div className="pn-failure-log">
      <div className="pn-failure-bar">
        <h3>Log {total !== undefined && <span className="pn-dim">{countText(total)} {total === 1 ? "line" : "lines"}</span>}</h3>
        <Choice label="Whose lines" value={whose} options={[["own", "this attempt"], ["all", "all tasks meanwhile"]]} onChange={(next) => { setWhose(next); setRange(undefined); }} />
        <RunLink run={run.id} tab="logs" search={{ ...(whose === "own" ? placeOf(failure.task, failure.mapIndex, attempt.n, attempt.generation) : {}), ...(view.from === undefined || view.until === undefined ? {} : { from: view.from, until: view.until }) }} className="pn-link">In the log</RunLink>
      </div>
      <Lines store={store} view={view} start={Date.parse(run.started_at ?? run.created_at)} withTask={whose === "all"} onRange={(next) => setRange(next ?? whole)} />
    </div>
  );
}

interface LinesProps {
  store: LineStore<LogLine>;
  view: LogView;
  start: number;
  withTask: boolean;
  onRange: (range: TimeRange) => void;
}

/** The lines of a view, opened at its end: where the failure is. */
function Lines({ store, view, start, withTask, onRange }: LinesProps) {
  const total = store.total ?? 0;
  // It grows with what there is to see and stays so: nothing jumps where less is chosen.
  const [most, setMost] = useState(0);
  if (total > most) setMost(total);
  const tie = useReader(total, ROW, false);
  const { reader, redraw } = tie;
  const opened = useRef<LineStore<LogLine>>(undefined);
  useEffect(() => {
    if (opened.current === store || total === 0) return;
    opened.current = store;
    reader.toEnd();
    redraw();
  }, [store, total, reader, redraw]);
  const look = useMemo<LinesLook>(() => ({ wrapped: false, time: "clock", start, needle: "", withTask }), [start, withTask]);
  const none = useCallback(() => undefined, []);
  return (
    <>
      <TimeStrip view={view} here={store.line(reader.place.index)?.at} onRange={onRange} onGo={(index) => { reader.show(index); redraw(); }} />
      <div className="pn-failure-lines" style={{ height: Math.min(HIGH, Math.max(2, most)) * ROW + 14 }}>
        {store.total === 0 ? <p className="pn-dim pn-failure-none">No line was written in this time.</p> : <LogLines store={store} tie={tie} look={look} chosen={undefined} current={undefined} onChoose={none} onFollow={none} />}
      </div>
    </>
  );
}
