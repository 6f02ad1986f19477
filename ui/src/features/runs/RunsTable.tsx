import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, useEffect, useRef, useState, type CSSProperties, type DragEvent } from "react";
import type { RunSummary } from "../../api/runs";
import { useKeptScroll } from "../../components/kept";
import { useKeys } from "../../components/keys";
import { bringInSight, ROW } from "../../components/rows";
import type { Column } from "./columns";
import type { Ticks } from "./ticks";

interface Props {
  /** The filter in the bar is not the one that is shown: it can't be read. */
  held: boolean;
  /** It stands where it was left, and not at its top. */
  resumes: boolean;
  runs: RunSummary[];
  columns: readonly Column[];
  sort: string;
  ticks: Ticks;
  /** The row that keys move, or -1. */
  at: number;
  onAt: (at: number) => void;
  onSort: (sort: string) => void;
  onTick: (id: string, range: boolean) => void;
  onTickAll: () => void;
  /** The end of what is loaded is near. */
  onEnd: () => void;
  /** A column's heading was dropped on another; not given where columns stay where they are. */
  onMove: ((key: string, on: string) => void) | undefined;
}

/** Rows of 32 px; only those in view are drawn, of plain elements. */
export function RunsTable({ held, resumes, runs, columns, sort, ticks, at, onAt, onSort, onTick, onTickAll, onEnd, onMove }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  // oxlint-disable-next-line react/incompatible-library -- its result stays within this component
  const rows = useVirtualizer({ count: runs.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 12 });
  useKeptScroll(frame, resumes && runs.length > 0);
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= runs.length - 20) onEnd();
  }, [last, runs.length, onEnd]);

  const move = (by: number) => {
    if (runs.length === 0) return;
    const to = Math.min(runs.length - 1, Math.max(0, at + by));
    onAt(to);
    bringInSight(frame.current!, to, "row");
  };
  const tick = (event: KeyboardEvent) => at >= 0 && onTick(runs[at]!.id, event.key === "X");
  useKeys({
    j: () => move(1), k: () => move(at < 0 ? 1 : -1), x: tick, X: tick,
    Enter: (event) => {
      const run = runs[at];
      // Enter on something that has the focus means that.
      if (run === undefined || (event.target as HTMLElement).closest("a, button")) return;
      void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab: "overview" } });
    },
  });
  const style = { "--pn-runs-grid": `36px ${columns.map((column) => column.width).join(" ")}`, "--pn-runs-least": `${leastWidth(columns)}px` } as CSSProperties;
  return (
    <div className="pn-runs-frame" data-held={held || undefined} ref={frame} tabIndex={0} role="table" aria-label="Runs" aria-rowcount={runs.length + 1} style={style}>
      <div className="pn-runs-head" role="row">
        <span role="columnheader" className="pn-runs-tick">
          <input type="checkbox" aria-label="Tick all that are shown" checked={runs.length > 0 && runs.every((run) => ticks.ticked.has(run.id))} onChange={onTickAll} />
        </span>
        {columns.map((column, place) => (
          <Head
            key={column.key} column={column} sort={sort} onSort={onSort}
            drag={onMove && {
              side: over !== column.key || dragged === null || dragged === column.key ? undefined : columns.findIndex(({ key }) => key === dragged) < place ? "after" : "before",
              begin: () => setDragged(column.key),
              over: () => dragged !== null && setOver(column.key),
              drop: () => dragged !== null && onMove(dragged, column.key),
              end: () => { setDragged(null); setOver(null); },
            }}
          />
        ))}
      </div>
      <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {shown.map(({ index, start }) => {
          const run = runs[index]!;
          return <Row key={run.id} run={run} columns={columns} start={start} index={index} current={index === at} ticked={ticks.ticked.has(run.id)} onTick={onTick} />;
        })}
      </div>
    </div>
  );
}

/** Pixels below which the table scrolls sideways: the tracks at their narrowest. */
export function leastWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + Number(/\d+/.exec(column.width)![0]), 36);
}

interface Drag {
  /** Where what is dragged would come to stand. */
  side: "before" | "after" | undefined;
  begin: () => void;
  over: () => void;
  drop: () => void;
  end: () => void;
}

function Head({ column, sort, onSort, drag }: { column: Column; sort: string; onSort: (sort: string) => void; drag: Drag | undefined }) {
  const moves = drag && {
    draggable: true, "data-drop": drag.side,
    onDragStart: (event: DragEvent) => { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", column.title); drag.begin(); },
    onDragOver: (event: DragEvent) => { event.preventDefault(); drag.over(); },
    onDrop: (event: DragEvent) => { event.preventDefault(); drag.drop(); },
    onDragEnd: drag.end,
  };
  const down = sort === `-${column.sort}`;
  const sorted = column.sort !== undefined && (down || sort === column.sort);
  const className = column.right ? "pn-runs-right" : undefined;
  if (column.sort === undefined) return <span role="columnheader" className={className} {...moves}>{column.untitled ? <span className="pn-unseen">{column.title}</span> : column.title}</span>;
  return (
    <span role="columnheader" className={className} {...moves} aria-sort={sorted ? (down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => onSort(down ? column.sort! : `-${column.sort}`)} title={`Sort by ${column.title.toLowerCase()}`}>
        {column.title}
        {sorted && (down ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
      </button>
    </span>
  );
}

interface RowProps {
  run: RunSummary;
  columns: readonly Column[];
  start: number;
  index: number;
  current: boolean;
  ticked: boolean;
  onTick: (id: string, range: boolean) => void;
}

const Row = memo(function Row({ run, columns, start, index, current, ticked, onTick }: RowProps) {
  return (
    <div className="pn-runs-row" role="row" aria-rowindex={index + 2} data-current={current || undefined} data-ticked={ticked || undefined} style={{ transform: `translateY(${start}px)` }}>
      <span role="cell" className="pn-runs-tick">
        <input
          type="checkbox" aria-label={`Tick run ${run.id}`} checked={ticked} onChange={() => undefined}
          onClick={(event) => onTick(run.id, event.shiftKey)}
        />
      </span>
      {columns.map((column) => (
        <span key={column.key} role="cell" className={column.right ? "pn-runs-right pn-cut" : "pn-cut"}>
          {column.key === "id" ? <Link className="pn-runs-link" to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }}>{column.cell(run)}</Link> : column.cell(run)}
        </span>
      ))}
      <Link className="pn-runs-cover" to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }} tabIndex={-1} aria-hidden />
    </div>
  );
});
