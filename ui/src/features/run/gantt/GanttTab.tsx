/** A run over time: when each task waited, was queued and ran, what held the run up, and all about the task that is selected. */
import { useQuery } from "@tanstack/react-query";
import { Maximize, Minus, Plus, Route, TriangleAlert, UnfoldHorizontal } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { runGraphQuery } from "../../../api/graphs";
import { useRun } from "../../../api/runs";
import type { Schemas } from "../../../api/client";
import { Empty } from "../../../components/Empty";
import { useKeys } from "../../../components/keys";
import { useNow } from "../../../components/useNow";
import { useSelection } from "../../../components/useSelection";
import { isOver } from "../../../domain/states";
import { criticalPath, pathShares } from "../../../gantt/critical";
import { axisOf } from "../../../gantt/idle";
import { type GanttRow, type GanttTask, ganttTasks, rowKey, rowsOf, type SortBy } from "../../../gantt/rows";
import { GanttCanvas, type GanttHandle } from "../../../views/gantt/GanttCanvas";
import { Tool } from "../../../views/Tool";
import { durationText } from "../../../domain/formats";
import { TaskMenu } from "../actions/TaskActions";
import { TaskPanel } from "../panel/TaskPanel";

type Run = Schemas["RunDocument"];

const SORTS: [SortBy, string][] = [["start", "start"], ["duration", "duration"], ["name", "name"], ["definition", "definition"]];

export default function GanttTab({ runId }: { runId: string }) {
  const { data: run } = useRun(runId);
  if (run === undefined) return <div className="pn-run-wait" aria-busy />;
  if (run.tasks.length === 0) return <Empty title="Nothing to show over time yet"><p>Tasks appear as soon as the run is planned.</p></Empty>;
  return <Gantt run={run} />;
}

function Gantt({ run }: { run: Run }) {
  const { task, mapIndex, attempt, generation, select } = useSelection();
  const [menu, setMenu] = useState<{ row: GanttRow; attempt: number | null; x: number; y: number } | null>(null);
  const [sort, setSort] = useState<SortBy>("start");
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [chosen, setFolds] = useState<boolean | null>(null);
  const [withPath, setWithPath] = useState(false);
  const [opened, setOpen] = useState<ReadonlySet<string>>(new Set());
  const chart = useRef<GanttHandle>(null);
  const live = !isOver(run.state);
  // The nights between its generations would leave no room for the run.
  const folds = chosen ?? run.idle > 0;
  const now = useSteps(live);
  const graph = useQuery(runGraphQuery(run.id));

  // An item that is selected, here or elsewhere, is shown.
  const open = useMemo(() => (mapIndex === undefined || task === undefined || opened.has(task) ? opened : new Set([...opened, task])), [opened, task, mapIndex]);
  const fanned = useMemo(() => [...new Set(run.tasks.flatMap((each) => (each.map_index === null ? [] : [each.name])))], [run.tasks]);
  const start = Date.parse(run.created_at);
  const end = run.ended_at === null ? null : Date.parse(run.ended_at);
  const everything = useMemo(() => ganttTasks(run), [run]);
  const rows = useMemo(() => rowsOf(everything, { sort, onlyFailed, open }), [everything, sort, onlyFailed, open]);
  const axis = useMemo(() => axisOf(everything, start, folds && live ? now : (end ?? now), folds), [everything, start, end, folds, live, now]);
  const hasIdle = useMemo(() => axisOf(everything, start, end ?? now, true).gaps.length > 0, [everything, start, end, now]);
  const path = useMemo(() => (withPath && graph.data !== undefined ? criticalPath(graph.data, run.tasks, end ?? now) : null), [withPath, graph.data, run.tasks, end, now]);
  const selected = task === undefined ? undefined : rowKey(task, mapIndex ?? null);
  const shown = useMemo(
    () => ({ rows, axis, live, selected, attempt: attempt ?? null, generation: generation ?? null, critical: path, end: live ? null : (end ?? lastEnd(everything, start)) }),
    [rows, axis, live, selected, attempt, generation, path, end, everything, start],
  );

  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    else if (name === task && mapIndex !== undefined) select({ task });
    setOpen(next);
  };
  const toggleAll = (on: boolean) => {
    if (!on && mapIndex !== undefined) select({ task });
    setOpen(new Set(on ? fanned : []));
  };
  const pick = (row: GanttRow, n: number | null, life: number | null) => select({ task: row.task, mapIndex: row.mapIndex, attempt: n, generation: life });
  const zoom = (factor: number) => () => chart.current?.zoom(factor);
  const pan = (pixels: number) => () => chart.current?.pan(pixels);
  useKeys({ w: zoom(1.4), s: zoom(1 / 1.4), a: pan(140), d: pan(-140), "+": zoom(1.4), "=": zoom(1.4), "-": zoom(1 / 1.4), "0": () => chart.current?.fit() });

  return (
    <div className="pn-work">
      <div className="pn-work-bar" role="toolbar" aria-label="What the chart shows">
        <label className="pn-tool">
          Order by
          <select value={sort} onChange={(event) => setSort(event.currentTarget.value as SortBy)}>{SORTS.map(([by, word]) => <option key={by} value={by}>{word}</option>)}</select>
        </label>
        {fanned.length > 0 && (
          <button type="button" className="pn-tool" onClick={() => toggleAll(open.size < fanned.length)}>{open.size >= fanned.length ? "Fold items" : "Show items"}</button>
        )}
        <button type="button" className="pn-tool" aria-pressed={onlyFailed} onClick={() => setOnlyFailed(!onlyFailed)}><TriangleAlert size={14} aria-hidden /> Only failed</button>
        {(hasIdle || folds) && <button type="button" className="pn-tool" aria-pressed={folds} onClick={() => setFolds(!folds)}><UnfoldHorizontal size={14} aria-hidden /> Fold idle time</button>}
        <button type="button" className="pn-tool" aria-pressed={withPath} onClick={() => setWithPath(!withPath)}><Route size={14} aria-hidden /> Critical path</button>
        {path !== null && <PathText path={path} />}
        <span className="pn-work-gap" />
        <Legend asks={rows.some(({ spans }) => spans.some(({ kind }) => kind === "asking"))} />
        <div className="pn-tools" role="group" aria-label="Zoom">
          <Tool label="Zoom out (s)" onClick={zoom(1 / 1.4)}><Minus size={15} aria-hidden /></Tool>
          <Tool label="Show all (0)" onClick={() => chart.current?.fit()}><Maximize size={14} aria-hidden /></Tool>
          <Tool label="Zoom in (w)" onClick={zoom(1.4)}><Plus size={15} aria-hidden /></Tool>
        </div>
      </div>
      <div className="pn-work-body">
        {rows.length === 0
          ? <Empty title="No task of this run failed"><p><button type="button" className="pn-panel-pick" onClick={() => setOnlyFailed(false)}>Show all tasks</button></p></Empty>
          : <GanttCanvas ref={chart} shown={shown} label={`Tasks of ${run.pipeline} over time`} onPick={pick} onOpen={toggle} onMenu={(row, n, x, y) => setMenu({ row, attempt: n, x, y })} />}
        {menu !== null && <TaskMenu run={run} place={{ task: menu.row.task, mapIndex: menu.row.mapIndex, attempt: menu.attempt }} x={menu.x} y={menu.y} at="gantt" onClose={() => setMenu(null)} />}
        {task !== undefined && (
          <TaskPanel
            key={`${task} ${mapIndex ?? ""}`} run={run} node={graph.data?.tasks.find((node) => node.name === task)} name={task} mapIndex={mapIndex ?? null} attempt={attempt ?? null} generation={generation ?? null}
            onSelect={select} onClose={() => select()} at="gantt"
          />
        )}
      </div>
    </div>
  );
}

/** The time in steps of two seconds while a run goes on: for what need not follow each picture. */
function useSteps(live: boolean): number {
  const now = useNow();
  return live ? now - (now % 2_000) + 2_000 : 0;
}

function lastEnd(tasks: readonly GanttTask[], start: number): number {
  return tasks.reduce((last, { row }) => Math.max(last, row.end ?? 0), start + 1);
}

function PathText({ path }: { path: ReturnType<typeof criticalPath> }) {
  const { busy, whole } = pathShares(path);
  if (path.length === 0) return <span className="pn-dim">nothing has run yet</span>;
  return <span className="pn-dim" role="status">{path.length} {path.length === 1 ? "task" : "tasks"}, {durationText(busy / 1000)} of {durationText(whole / 1000)}</span>;
}

function Legend({ asks }: { asks: boolean }) {
  return (
    <ul className="pn-gantt-legend" aria-label="What bars mean">
      <li><i data-kind="waiting" />waiting</li><li><i data-kind="queued" />queued</li><li><i data-kind="running" />running</li>
      {asks && <li><i data-kind="asking" />asks a person</li>}
    </ul>
  );
}
