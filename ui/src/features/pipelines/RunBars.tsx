import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Schemas } from "../../api/client";
import { durationText, momentText } from "../../domain/formats";
import { STATE_LOOK, stateText } from "../../domain/states";
import { heights } from "./grid/cells";
import style from "./pipelines.module.css";

interface Props {
  runs: Schemas["RecentRun"][];
  most: number;
  /** In a list of many, Tab goes on to the next row: the page of the pipeline has the same bars. */
  passed?: boolean;
}

/** The last runs as bars, oldest first: height their duration, colour and notch their state. Each leads to its run. */
export const RunBars = memo(function RunBars({ runs, most, passed = false }: Props) {
  const shown = runs.slice(-most);
  const tall = heights(shown.map((run) => run.duration));
  return (
    <span className={style.bars}>
      {shown.map((run, at) => {
        const said = `${stateText(run.state)}${run.duration === null ? "" : `, ${durationText(run.duration)}`}`;
        return (
          <Link
            key={run.id} to="/runs/$runId/$tab" params={{ runId: run.id, tab: "overview" }} className={style.barLink} data-state={run.state} tabIndex={passed ? -1 : undefined}
            title={`${run.id} · ${said} · ${momentText(run.created_at)}`} aria-label={`run ${run.id}: ${said}`}
          >
            <i style={{ height: `${Math.round(tall[at]! * 100)}%`, background: `var(${STATE_LOOK[run.state].color})` }} />
          </Link>
        );
      })}
    </span>
  );
});
