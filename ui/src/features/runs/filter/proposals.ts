import { KEYS, print, VALUES, type Key } from "./language";

/** Something to put in: `text` is the whole bar with it, `caret` where to go on. `whole`: the condition is complete. */
export interface Proposal {
  word: string;
  says: string;
  text: string;
  caret: number;
  whole: boolean;
}

const SAYS: Record<Key, string> = {
  state: "failed, running, …", pipeline: "its name", namespace: "of the pipeline", label: "key=value, or key", tag: "of the run", type: "standard, replay, …",
  trigger: "manual, schedule, …", created: "7d, 2026-03-01..2026-03-07", duration: ">60s, <5m", error: "text in the error", id: "of the run",
};
const MOST = 12;

/** What could be meant by the word under the caret. `known` has values that are in use. */
export function proposals(text: string, caret: number, known: Partial<Record<Key, readonly string[]>>): Proposal[] {
  const start = text.slice(0, caret).search(/[^\s"]*$/);
  const end = caret + (/^[^\s"]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const word = text.slice(start, caret);
  if ((text.slice(0, start).split('"').length - 1) % 2 === 1) return [];
  const minus = word.startsWith("-") ? "-" : "";
  const bare = word.slice(minus.length);
  const [key, rest] = bare.includes(":") ? [bare.slice(0, bare.indexOf(":")), bare.slice(bare.indexOf(":") + 1)] : [bare, null];
  const put = (by: string, whole: boolean): Pick<Proposal, "text" | "caret" | "whole"> => {
    const tail = text.slice(end);
    const filled = `${text.slice(0, start)}${by}${whole && !tail.startsWith(" ") ? " " : ""}`;
    return { text: filled + tail, caret: filled.length, whole };
  };
  if (rest === null) {
    return KEYS.filter((one) => one.startsWith(key.toLowerCase())).map((one) => ({ word: `${minus}${one}:`, says: SAYS[one], ...put(`${minus}${one}:`, false) }));
  }
  const named = KEYS.find((one) => one === key.toLowerCase());
  if (named === undefined) return [];
  const before = rest.split(",").slice(0, -1);
  const begun = rest.split(",").at(-1)!.toLowerCase();
  return (VALUES[named] ?? known[named] ?? [])
    .filter((value) => value.toLowerCase().includes(begun) && !before.includes(value))
    .slice(0, MOST)
    .map((value) => ({ word: value, says: named, ...put(print({ key: named, values: [...before, value], exclude: minus === "-" }), true) }));
}
