/** What stands where lines would be: nothing printed, nothing fits, something can't be read. */
import { Button } from "@mantine/core";
import { useSyncExternalStore } from "react";

import type { LogLine, LogView } from "../../../api/logs";
import type { LineStore } from "../../../logs/store";

export function LogEmpty({ view, live, onAll }: { view: LogView; live: boolean; onAll: () => void }) {
  const narrowed = view.levels.length > 0 || view.task !== undefined || view.from !== undefined || view.until !== undefined;
  return (
    <div className="pn-logs-empty">
      {narrowed ? (
        <>
          <p>{live ? "No line fits yet." : "No line fits."}</p>
          <Button onClick={onAll}>Show all lines of the run</Button>
        </>
      ) : (
        <>
          <p>{live ? "Nothing was printed so far. Lines appear here as tasks write them." : "No task printed anything that is kept here."}</p>
          <p className="pn-dim">
            Whatever a task prints or logs is kept: <code>print("read", rows, "rows")</code>, or{" "}
            <code>logging.getLogger(__name__).warning("slow")</code> to give it a level.
          </p>
        </>
      )}
    </div>
  );
}

/** Files that can't be read, or a server that does not answer. Lines that are there stay. */
export function LogTrouble({ store }: { store: LineStore<LogLine> }) {
  useSyncExternalStore(store.subscribe, store.now);
  const { damaged, problem } = store;
  return (
    <>
      {damaged.length > 0 && (
        <div className="pn-logs-note" role="status">
          {damaged.length === 1 ? "One log file can't be read whole" : `${damaged.length} log files can't be read whole`}; what could be read is shown:{" "}
          <code>{damaged.slice(0, 3).join(", ")}{damaged.length > 3 ? " …" : ""}</code>
        </div>
      )}
      {problem !== undefined && (
        <div className="pn-logs-note" role="alert">
          {problem instanceof Error ? problem.message : "The lines could not be loaded."}{" "}
          <Button size="compact-xs" onClick={() => store.retry()}>Try again</Button>
        </div>
      )}
    </>
  );
}
