/** What a retry or a replay will do, task by task. */
import type { RunDocument } from "../../../api/runs";
import type { Again } from "../../../domain/again";
import { countText } from "../../../domain/formats";
import { countStates, togetherOf } from "../../../domain/together";
import { type Named, Names } from "./Names";

export function Effects({ again, run, action }: { again: Again; run: RunDocument; action: "retry" | "replay" }) {
  const rows = new Map<string, RunDocument["tasks"]>();
  for (const task of run.tasks) rows.set(task.name, [...(rows.get(task.name) ?? []), task]);
  const named = (name: string): Named => {
    const of = rows.get(name) ?? [];
    const items = of.filter(({ map_index }) => map_index !== null).length;
    const some = again.items.get(name);
    return { name, state: of.length === 0 ? undefined : togetherOf(countStates(of.map(({ state }) => state))), more: some !== undefined ? `${countText(some)} of ${countText(items)} items` : of.length === 0 ? "new" : undefined };
  };
  const { runs, kept, left, handlers } = again;
  return (
    <section className="pn-ask-effects" aria-label="What will happen">
      <p><b>{tasksText(runs.length)} {runs.length === 1 ? "runs" : "run"}</b>{kept.length === 0 && left.length === 0 && runs.length > 1 ? ", all of them." : "."}</p>
      <Names names={runs.map(named)} />
      {kept.length > 0 && (
        <details>
          <summary>{action === "retry" ? `${tasksText(kept.length)} ${kept.length === 1 ? "keeps what it" : "keep what they"} made` : `What ${tasksText(kept.length)} made is taken from this run`}</summary>
          <Names names={kept.map(named)} />
        </details>
      )}
      {left.length > 0 && (
        <details>
          <summary>{tasksText(left.length)} {left.length === 1 ? "stays as it is" : "stay as they are"}</summary>
          <Names names={left.map(named)} />
        </details>
      )}
      {handlers.length > 0 && <p className="pn-dim">At the end {handlers.length === 1 ? <><bdi>{handlers[0]}</bdi> runs</> : `${countText(handlers.length)} handlers and clean-up tasks run`} as ever.</p>}
    </section>
  );
}

function tasksText(count: number): string {
  return count === 1 ? "1 task" : `${countText(count)} tasks`;
}
