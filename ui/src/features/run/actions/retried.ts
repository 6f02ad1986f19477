/** What a retry of a whole run will do, in words. */
import type { Schemas } from "../../../api/client";

const KEPT = new Set(["succeeded", "skipped"]);

export function retriedText(tasks: readonly Pick<Schemas["TaskDocument"], "state">[]): string {
  const kept = tasks.reduce((sum, task) => sum + (KEPT.has(task.state) ? 1 : 0), 0);
  const again = tasks.length - kept;
  const first = again === 1 ? "The task that failed or never ran runs again." : `The ${again.toLocaleString("en")} tasks that failed, were cancelled or never ran run again.`;
  return kept === 0 ? first : `${first} ${kept === 1 ? "The other one keeps what it made." : `The other ${kept.toLocaleString("en")} keep what they made.`}`;
}
