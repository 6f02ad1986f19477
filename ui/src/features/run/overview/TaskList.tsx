/** The tasks of a run: state, times, attempts, what they made; items of a fan-out fold. */
import { TextInput } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";

import type { RunDocument } from "../../../api/runs";
import { type RowsColumn, RowsTable } from "../../../components/RowsTable";
import { StateIcon } from "../../../components/StateIcon";
import { isOver, STATE_LOOK, stateText, type TaskState } from "../../../domain/states";
import { bytesText, countText, durationText, runningText } from "../../../domain/formats";
import { TaskMenu } from "../actions/TaskActions";
import { placeOf, RunLink } from "../links";
import { countsOf, keyOf, rowsOf, type SortBy, type Task, type TaskRow } from "./tasks";

interface Props {
  run: RunDocument;
  /** In milliseconds since 1970, for what still goes on. */
  now: number;
  selected: { task?: string | undefined; mapIndex?: number | null | undefined };
  onSelect: (task: string, mapIndex: number | null) => void;
}

const NONE: ReadonlySet<TaskState> = new Set();

export function TaskList({ run, now, selected, onSelect }: Props) {
  const { tasks } = run;
  const [menu, setMenu] = useState<{ row: TaskRow; x: number; y: number } | null>(null);
  const [sort, setSort] = useState<{ key: SortBy; descending: boolean }>({ key: "order", descending: false });
  const [text, setText] = useState("");
  const [states, setStates] = useState(NONE);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const counts = useMemo(() => countsOf(tasks), [tasks]);
  // The items of the selected task are open, so that the selected one is seen.
  const open = useMemo(() => (selected.task !== undefined && selected.mapIndex !== null && selected.mapIndex !== undefined ? new Set([...opened, selected.task]) : opened), [opened, selected.task, selected.mapIndex]);
  const rows = useMemo(() => rowsOf(tasks, { sort: sort.key, descending: sort.descending, text, states, open }), [tasks, sort, text, states, open]);
  const toggle = (name: string) => setOpened(flipped(opened, name));
  const columns = columnsOf({ run: run.id, now, open, toggle });
  const narrowed = text.trim() !== "" || states.size > 0;
  return (
    <section className="pn-section" aria-label="Tasks">
      <h2>Tasks <span className="pn-dim">{countText(tasks.length)}</span></h2>
      {tasks.length > 8 && (
        <div className="pn-tasks-bar">
          <TextInput value={text} placeholder="Filter tasks" aria-label="Filter tasks" onChange={(event) => setText(event.currentTarget.value)} />
          <div className="pn-chips" role="group" aria-label="States">
            {counts.map(([state, count]) => (
              <button key={state} type="button" className="pn-chip" aria-pressed={states.has(state)} onClick={() => setStates(flipped(states, state))}>
                <StateIcon state={state} size={13} silent /> {STATE_LOOK[state].word} <span className="pn-chip-count">{countText(count)}</span>
              </button>
            ))}
          </div>
        </div>
      )}
      <RowsTable
        label="Tasks" columns={columns} rows={rows} keyOf={(row) => row.key} sort={sort}
        selected={selected.task === undefined ? undefined : keyOf(selected.task, selected.mapIndex ?? null)}
        onSort={(key) => setSort(nextSort(sort, key as SortBy))}
        onRow={(row) => (row.task === undefined ? toggle(row.name) : onSelect(row.name, row.task.map_index))}
        onMenu={(row, x, y) => setMenu({ row, x, y })}
        empty={narrowed ? "No task fits." : "The run has not begun to make its tasks."}
      />
      {menu !== null && <TaskMenu run={run} place={{ task: menu.row.name, mapIndex: menu.row.task?.map_index ?? null }} x={menu.x} y={menu.y} at="overview" onClose={() => setMenu(null)} />}
    </section>
  );
}

/** Figures begin with the greatest; a third click goes back to the order of the run. */
function nextSort(sort: { key: SortBy; descending: boolean }, key: SortBy): { key: SortBy; descending: boolean } {
  const first = key !== "task" && key !== "state";
  if (sort.key !== key) return { key, descending: first };
  return sort.descending === first ? { key, descending: !first } : { key: "order", descending: false };
}

function flipped<Value>(set: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

interface Context {
  run: string;
  now: number;
  open: ReadonlySet<string>;
  toggle: (name: string) => void;
}

function columnsOf({ run, now, open, toggle }: Context): RowsColumn<TaskRow>[] {
  return [
    { key: "task", title: "Task", width: "minmax(96px, 2.6fr)", sorts: true, cell: (row) => <Name row={row} run={run} open={open.has(row.name)} toggle={toggle} /> },
    { key: "state", title: "State", width: "minmax(144px, 1fr)", sorts: true, cell: (row) => <StateOf row={row} /> },
    { key: "duration", title: "Duration", width: "78px", right: true, sorts: true, cell: (row) => durationOf(row, now) },
    { key: "queued", title: "Queued", width: "64px", right: true, sorts: true, needs: "much", cell: (row) => durationText(row.queuedFor) },
    { key: "attempts", title: "Attempts", width: "64px", right: true, sorts: true, needs: "some", cell: (row) => (row.attempts === 0 ? "–" : <span className={row.attempts > (row.items ?? 1) ? "pn-tasks-retried" : undefined}>{countText(row.attempts)}</span>) },
    { key: "rows", title: "Rows", width: "72px", right: true, sorts: true, needs: "some", cell: (row) => countText(row.rows) },
    { key: "bytes", title: "Size", width: "68px", right: true, sorts: true, needs: "some", cell: (row) => bytesText(row.bytes) },
    { key: "memory", title: "Memory", width: "68px", right: true, sorts: true, needs: "much", cell: (row) => bytesText(row.memory) },
  ];
}

function Name({ row, run, open, toggle }: { row: TaskRow; run: string; open: boolean; toggle: (name: string) => void }) {
  if (row.items !== undefined) {
    const Arrow = open ? ChevronDown : ChevronRight;
    return (
      <button type="button" className="pn-plain pn-tasks-name" aria-expanded={open} onClick={(event) => { event.stopPropagation(); toggle(row.name); }}>
        <Arrow size={14} aria-hidden /><bdi>{row.name}</bdi><span className="pn-dim">{countText(row.items)} items</span>
      </button>
    );
  }
  const mapIndex = row.task?.map_index ?? null;
  const text = mapIndex === null ? row.name : (row.task?.label ?? `item ${mapIndex}`);
  return (
    <span className="pn-tasks-name" data-item={row.isItem || undefined}>
      <RunLink run={run} tab="workflow" search={placeOf(row.name, mapIndex)} title={text}><bdi>{text}</bdi></RunLink>
    </span>
  );
}

function StateOf({ row }: { row: TaskRow }) {
  if (row.counts === undefined) {
    const words = `${stateText(row.state, row.reason === "user_error" || (row.reason === "approval" && row.state === "succeeded") ? null : row.reason)}${isOver(row.state) ? "" : progressText(row.task?.progress)}`;
    return <span className="pn-tasks-state" title={words}><StateIcon state={row.state} size={14} silent /> {words}</span>;
  }
  const [done, all] = [Object.entries(row.counts).reduce((sum, [state, count]) => sum + (isOver(state as TaskState) ? count : 0), 0), row.items ?? 0];
  const bad = row.counts.failed ?? 0;
  const words = bad > 0 ? `${countText(bad)} of ${countText(all)} failed` : done < all ? `${countText(done)} of ${countText(all)}` : STATE_LOOK[row.state].word;
  return <span className="pn-tasks-state" title={words}><StateIcon state={row.state} size={14} silent /> {words}</span>;
}

function durationOf(row: TaskRow, now: number): string {
  return row.since === null ? durationText(row.duration) : runningText((now - row.since) / 1000);
}

/** ", 40 %" of a task that tells how far it is. */
function progressText(progress: Task["progress"] | undefined): string {
  if (progress === null || progress === undefined) return "";
  return progress.total === null || progress.total <= 0 ? `, ${countText(progress.done)} done` : `, ${Math.round(Math.min(1, progress.done / progress.total) * 100)} %`;
}
