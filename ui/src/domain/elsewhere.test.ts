import { describe, expect, it } from "vitest";
import { endText, partText, toldFacts, toolOf } from "./elsewhere";

const FACTS = {
  runner: "kedro.runner.ThreadRunner", command: "kedro run --tags nightly", env: "local", kedro_version: "1.7.0", git_commit: "0123456789abcdef", git_dirty: true,
  async: true, project: "shop", kedro_run_id: "2026-03-01T08.00.00.000Z", recorded_by: "kedro", spark_master: "local[2]", cores: 2, gone: null,
};

describe("facts of a run elsewhere", () => {
  it("are told in words, those without words as they are", () => {
    expect(toolOf(FACTS)).toBe("Kedro");
    expect(toldFacts(FACTS).map(({ word, text }) => [word, text])).toEqual([
      ["Command", "kedro run --tags nightly"], ["Runner", "ThreadRunner, loads and saves ahead"], ["Environment", "local"], ["Version of Kedro", "1.7.0"],
      ["Code", "commit 0123456789, with changes not committed"], ["Project", "shop"], ["Kedro's id", "2026-03-01T08.00.00.000Z"], ["spark master", "local[2]"], ["cores", "2"],
    ]);
  });

  it("are none where nothing is told", () => {
    expect(toldFacts(null)).toEqual([]);
    expect(toldFacts({ runner: "", git_commit: null, git_dirty: false, async: false })).toEqual([]);
  });
});

describe("the part of a pipeline that a run was of", () => {
  it("is told by every option", () => {
    expect(partText({ from: ["clean"], to: ["report", "count"], tags: [], from_inputs: ["raw"] })).toBe("from clean; to report, count; from input raw");
    expect(partText({ namespaces: ["etl"], only_missing_outputs: ["yes"] })).toBe("in namespace etl; what was missing only");
  });

  it("is nothing for all of it", () => {
    expect(partText(null)).toBeNull();
    expect(partText({ tags: [] })).toBeNull();
  });
});

describe("how a run ended that nobody failed", () => {
  it("is told where we can know it", () => {
    expect(endText({ state: "failed", reason: "interrupted", facts: FACTS })).toContain("process was gone");
    expect(endText({ state: "cancelled", reason: "user", facts: FACTS })).toContain("Ctrl-C");
    expect(endText({ state: "cancelled", reason: "user", facts: null })).toBeNull();
    expect(endText({ state: "failed", reason: "user_error", facts: FACTS })).toBeNull();
  });
});
