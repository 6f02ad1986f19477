/** An error of the run itself, which no task has. */
import { StateLabel } from "../../../components/StateIcon";
import type { RunDocument } from "../../../api/runs";
import { scrolls } from "../failures";
import { partsOf } from "./traceback";
import { Traceback } from "./Traceback";

export function RunTrouble({ run }: { run: RunDocument }) {
  const { error } = run;
  if (error === null) return null;
  return (
    <section className="pn-failure" aria-label="What went wrong">
      <header><StateLabel state={run.state} reason={run.reason} />{error.task && <h2><bdi>{error.task}</bdi></h2>}</header>
      <div className="pn-failure-message" dir="auto" tabIndex={scrolls(error.message) ? 0 : undefined}>{error.type && <strong>{error.type}{error.message ? ": " : ""}</strong>}{error.message}</div>
      {error.traceback && <Traceback parts={partsOf(error.traceback)} />}
    </section>
  );
}
