import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useLayoutEffect, useRef } from "react";
import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { STATE_LOOK, stateText } from "../../../domain/states";
import { countText, durationText, momentText } from "../../../domain/formats";
import { cellText, heights } from "./cells";
import style from "./Grid.module.css";

type GridDocument = Schemas["Grid"];

const ROW = 28;

/** Tasks by last runs: what failed once, what fails always, what became slow. Every cell leads to its task in that run. */
export function Grid({ grid }: { grid: GridDocument }) {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- its result stays within this component
  const rows = useVirtualizer({ count: grid.tasks.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  // The last runs are what matters, also where not all have room.
  useLayoutEffect(() => {
    scroller.current!.scrollLeft = scroller.current!.scrollWidth;
  }, [grid.runs.length]);
  const bars = heights(grid.runs.map((run) => run.duration));
  return (
    <div className={style.scroller} ref={scroller} tabIndex={0} role="region" aria-label="Tasks by runs">
      <div className={style.head} style={{ "--columns": grid.runs.length } as React.CSSProperties}>
        <span className={style.corner}>{countText(grid.tasks.length)} {grid.tasks.length === 1 ? "task" : "tasks"} · {grid.runs.length === 1 ? "the last run" : `last ${grid.runs.length} runs`}</span>
        {grid.runs.map((run, at) => (
          <Link
            key={run.id} className={style.bar} to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }}
            title={`${run.id} · ${stateText(run.state)} · ${momentText(run.created_at)}${run.duration === null ? "" : ` · ${durationText(run.duration)}`}`}
            aria-label={`run ${run.id}, ${stateText(run.state)}`}
          >
            <i style={{ height: `${bars[at]! * 100}%`, background: `var(${STATE_LOOK[run.state].color})` }} />
            <StateIcon state={run.state} size={12} silent />
          </Link>
        ))}
      </div>
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((row) => (
          <div key={row.key} className={style.row} style={{ transform: `translateY(${row.start}px)`, "--columns": grid.runs.length } as React.CSSProperties}>
            <Row task={grid.tasks[row.index]!} runs={grid.runs} />
          </div>
        ))}
      </div>
    </div>
  );
}

const Row = memo(function Row({ task, runs }: { task: Schemas["GridRow"]; runs: GridDocument["runs"] }) {
  return (
    <>
      <span className={style.name} title={task.task}><bdi>{task.task}</bdi></span>
      {task.cells.map((cell, at) => {
        const run = runs[at]!;
        if (cell === null) return <span key={run.id} className={style.none} aria-hidden />;
        const said = cellText(task.task, cell, cell.duration === null ? null : durationText(cell.duration));
        return (
          <Link
            key={run.id} className={style.cell} to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }}
            search={{ task: task.task }} title={said} aria-label={said}
          >
            <StateIcon state={cell.state} size={14} silent />
            {cell.attempts > 1 && <sub>{cell.attempts}</sub>}
          </Link>
        );
      })}
    </>
  );
});
