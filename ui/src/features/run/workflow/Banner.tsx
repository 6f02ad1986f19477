import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { isOver, STATE_LOOK } from "../../../domain/states";
import { endText, partText } from "../../../domain/elsewhere";
import { durationText, momentText } from "../../../domain/formats";
import "./workflow.css";

const WORDS: Partial<Record<Schemas["RunDocument"]["state"], string>> = {
  succeeded: "Completed", warning: "Completed with warnings", failed: "Failed", cancelled: "Cancelled", skipped: "Skipped",
};

/** How a run ended: "Completed in 2 min 5 s, at 14:03:12". Nothing while it goes on. */
export function Banner({ run, onCause }: { run: Schemas["RunDocument"]; onCause: (task: string, mapIndex: number | null) => void }) {
  if (!isOver(run.state)) return null;
  const { error } = run;
  const [part, end] = [partText(run.selection), endText(run)];
  const took = run.duration === null ? "" : ` ${run.state === "failed" ? "after" : "in"} ${durationText(run.duration)}`;
  return (
    <div className="pn-banner" data-state={run.state} role="status">
      <StateIcon state={run.state} silent />
      <strong>{run.reason === "interrupted" ? "Interrupted" : (WORDS[run.state] ?? STATE_LOOK[run.state].word)}{took}</strong>
      {run.ended_at !== null && <time className="pn-dim" dateTime={run.ended_at} title={run.ended_at}>{momentText(run.ended_at)}</time>}
      {part !== null && <span className="pn-cut pn-banner-part" title={part}>Partial run: {part}</span>}
      {error === null && end !== null && <span className="pn-cut pn-dim" title={end}>{end}</span>}
      {error !== null && (
        <span className="pn-cut pn-banner-error" dir="auto" title={error.message ?? undefined}>
          {error.task !== null && error.task !== undefined && <button type="button" className="pn-panel-pick" onClick={() => onCause(error.task ?? "", error.map_index ?? null)}>{error.task}</button>}
          {" "}{error.type}{error.type && error.message ? ": " : ""}{error.message}
        </span>
      )}
    </div>
  );
}
