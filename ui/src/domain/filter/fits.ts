/** Whether a run that the stream tells of fits a filter, as the server would say. */
import type { components } from "../../wire/api";
import { readDuration } from "./durations";
import type { Key } from "./keys";
import type { Term } from "./language";
import { readTime } from "./when";

type Run = components["schemas"]["RunSummary"];

export function fits(run: Run, terms: readonly Term[], now: number): boolean {
  const wanted = new Map<Key, Term[]>();
  for (const term of terms) {
    if (term.exclude) {
      if (hasAny(run, term, now)) return false;
    } else if (term.key === "created" || term.key === "duration") {
      if (!hasAny(run, term, now)) return false;
    } else wanted.set(term.key, [...(wanted.get(term.key) ?? []), term]);
  }
  return [...wanted.values()].every((any) => any.some((term) => hasAny(run, term, now)));
}

function hasAny(run: Run, { key, values }: Term, now: number): boolean {
  return values.some((value) => has(run, key, value, now));
}

function has(run: Run, key: Key, value: string, now: number): boolean {
  switch (key) {
    case "label": {
      const at = value.indexOf("=");
      return at < 0 ? value in run.labels : run.labels[value.slice(0, at)] === value.slice(at + 1);
    }
    case "tag":
      return run.tags.includes(value);
    case "trigger":
      return run.trigger.kind === value;
    case "error":
      // The server looks into the whole error, of which a line holds the message.
      return `${run.error?.type ?? ""}: ${run.error?.message ?? ""}`.toLowerCase().includes(value.toLowerCase());
    case "created": {
      const { after = -Infinity, before = Infinity } = readTime(value)?.(now) ?? {};
      const at = Date.parse(run.created_at);
      return at >= after && at < before;
    }
    case "duration": {
      const { over = -Infinity, under = Infinity } = readDuration(value) ?? {};
      return run.duration !== null && run.duration > over && run.duration < under;
    }
    default:
      return run[key] === value;
  }
}
