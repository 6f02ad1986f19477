/** Runs as other tools tell them: how they were started, of what code, which part of the pipeline. */
import type { Schemas } from "../api/client";
import { saidText } from "./json";

type Run = Schemas["RunDocument"];

/** Name, what is shown, whether it is code. */
export interface ToldFact {
  word: string;
  text: string;
  code: boolean;
}

/** The tool whose run it is, as a heading. */
export function toolOf(facts: Run["facts"]): string {
  return facts?.["recorded_by"] === "kedro" || facts?.["kedro_version"] !== undefined ? "Kedro" : "Facts";
}

/** Facts of a run in the order in which people ask for them; those without words of ours come last, as they are. */
export function toldFacts(facts: Run["facts"]): ToldFact[] {
  if (facts === null) return [];
  const { command, runner, env, kedro_version: version, git_commit: commit, git_dirty: dirty, async: ahead, project, kedro_run_id: id, recorded_by: _, ...rest } = facts;
  const known: [string, unknown, boolean][] = [
    ["Command", command, true],
    ["Runner", typeof runner === "string" && runner !== "" ? `${runner.slice(runner.lastIndexOf(".") + 1)}${ahead === true ? ", loads and saves ahead" : ""}` : null, false],
    ["Environment", env, false],
    ["Version of Kedro", version, false],
    ["Code", typeof commit === "string" && commit !== "" ? `commit ${commit.slice(0, 10)}${dirty === true ? ", with changes not committed" : ""}` : null, false],
    ["Project", project, false],
    ["Kedro's id", id, true],
    ...Object.entries(rest).map(([name, value]): [string, unknown, boolean] => [name.replaceAll("_", " "), value, false]),
  ];
  return known.flatMap(([word, value, code]) => {
    const text = value === null || value === undefined ? "" : saidText(value);
    return text === "" ? [] : [{ word, text, code }];
  });
}

const PARTS: Readonly<Record<string, string>> = {
  from: "from", to: "to", only: "only", tags: "tagged", namespaces: "in namespace", from_inputs: "from input", to_outputs: "to output", pipelines: "pipeline",
};

/** "from clean, to report; tagged nightly": which part of its pipeline a run was of; null for all of it. */
export function partText(selection: Run["selection"]): string | null {
  const parts = Object.entries(selection ?? {}).flatMap(([word, names]) => {
    if (word === "only_missing_outputs") return ["what was missing only"];
    return names.length === 0 ? [] : [`${PARTS[word] ?? word.replaceAll("_", " ")} ${names.join(", ")}`];
  });
  return parts.length === 0 ? null : parts.join("; ");
}

/** Why a run ended that nobody failed: for runs of which we only saw that their process was gone, or was told to stop. */
export function endText({ state, reason, facts }: Pick<Run, "state" | "reason" | "facts">): string | null {
  if (state === "failed" && reason === "interrupted") return "Its process was gone before the run was over. What was done until then is shown.";
  if (state === "cancelled" && reason === "user" && facts?.["recorded_by"] === "kedro") return "It was stopped from outside, as by Ctrl-C. What was done until then is shown.";
  return null;
}
