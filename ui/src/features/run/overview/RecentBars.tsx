/** The last runs of the pipeline as bars: height is duration, colour and sign the state; this run is marked. */
import { Tooltip } from "@mantine/core";

import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { isOver, stateText } from "../../../domain/states";
import { durationText, momentText } from "../../../domain/formats";
import { countsFrom } from "../../../domain/lasting";
import { RunLink } from "../links";

interface Props {
  runs: readonly Schemas["RecentRun"][];
  current: string;
  /** Seconds: drawn as a line. */
  expected: number | null;
  /** Of runs that still go on, in milliseconds since 1970. */
  now: number;
}

const HEIGHT = 64;

export function RecentBars({ runs, current, expected, now }: Props) {
  const lasted = runs.map((run) => run.duration ?? Math.max(0, (now - (countsFrom(run) ?? now)) / 1000));
  const most = lasted.reduce((high, seconds) => Math.max(high, seconds), expected ?? 0) || 1;
  return (
    <div className="pn-recent">
      <ol aria-label="Last runs of this pipeline, oldest first">
        {runs.map((run, at) => {
          const seconds = lasted[at] ?? 0;
          const words = `${stateText(run.state)}, ${durationText(seconds)}, ${momentText(run.created_at)}${run.id === current ? ", this run" : ""}`;
          return (
            <li key={run.id} data-current={run.id === current || undefined}>
              <Tooltip label={words}>
                <span>
                  <RunLink run={run.id} tab="overview">
                    <span className="pn-unseen">{words}</span>
                    <span className="pn-recent-bar" data-state={run.state} data-over={isOver(run.state)} style={{ height: Math.max(3, (seconds / most) * HEIGHT) }} />
                    <StateIcon state={run.state} size={10} silent />
                  </RunLink>
                </span>
              </Tooltip>
            </li>
          );
        })}
      </ol>
      {expected !== null && <div className="pn-recent-usual" style={{ bottom: 16 + (expected / most) * HEIGHT }}><span>usually {durationText(expected)}</span></div>}
    </div>
  );
}
