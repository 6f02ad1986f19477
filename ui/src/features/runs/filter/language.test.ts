import { describe, expect, test } from "vitest";
import { createdRange, durationRange, KEYS, parse, print, queryOf, queryText, replaced, toggled } from "./language";

const NOW = Date.parse("2026-03-08T12:00:30Z");
const short = (text: string) => parse(text).map(({ key, values, exclude, problem }) => [key, values, exclude, problem === null]);

describe("texts are read", () => {
  test.each([
    ["state:failed,cancelled", [["state", ["failed", "cancelled"], false, true]]],
    ["-label:team=data  pipeline:orders", [["label", ["team=data"], true, true], ["pipeline", ["orders"], false, true]]],
    ['error:"no such table" tag:"a, b",c', [["error", ["no such table"], false, true], ["tag", ["a, b", "c"], false, true]]],
    ["timeout", [["error", ["timeout"], false, true]]],
    ['"key: value"', [["error", ["key: value"], false, true]]],
    ["status:failed", [["state", ["failed"], false, true]]],
    ["state:", [["state", [], false, false]]],
    ["state:done", [["state", ["done"], false, false]]],
    ["colour:red", [["error", ["colour:red"], false, false]]],
    ["!state:failed", [["state", ["failed"], true, true]]],
    ["state:!failed", [["state", ["failed"], true, true]]],
    ["-created:7d", [["created", ["7d"], true, false]]],
    ["duration:60", [["duration", ["60"], false, false]]],
    ['pipeline:"half', [["pipeline", ["half"], false, true]]],
  ])("%s", (text, wanted) => {
    expect(short(text)).toEqual(wanted);
  });

  test("takes a label's value in quotes, alone or with its name", () => {
    for (const text of ['label:team="x,y"', 'label:"team=x,y"']) expect(parse(text)).toMatchObject([{ key: "label", values: ["team=x,y"], problem: null }]);
    expect(parse('label:team="a \\"b\\"",owner=ada')[0]?.values).toEqual(['team=a "b"', "owner=ada"]);
    expect(parse('disk="5 left')).toHaveLength(2);
  });
});

test("what is printed is read as the same, whatever the value is", () => {
  const values = ["plain", "with space", 'quo"te', "back\\slash", "a,b", "-minus", "ключ=значение", "x:y", "\\", '"', "🚰"];
  for (const key of KEYS.filter((one) => one !== "created" && one !== "duration" && one !== "error")) {
    for (const exclude of [false, true]) {
      const [term, ...more] = parse(print({ key, values, exclude }));
      expect(more).toEqual([]);
      expect(term).toMatchObject({ key, values, exclude });
    }
  }
  for (const value of values) expect(parse(print({ key: "error", values: [value], exclude: false }))[0]!.values).toEqual([value]);
});

test("terms tell where they stand", () => {
  const text = "  state:failed pipeline:orders";
  const [first, second] = parse(text);
  expect(text.slice(first!.at, first!.end)).toBe("state:failed");
  expect(replaced(text, second!, "tag:x")).toBe("state:failed tag:x");
});

test("a value is put in and taken out", () => {
  expect(toggled("", "state", "failed")).toBe("state:failed");
  expect(toggled("state:failed tag:x", "state", "warning")).toBe("state:failed,warning tag:x");
  expect(toggled("state:failed,warning tag:x", "state", "failed")).toBe("state:warning tag:x");
  expect(toggled("state:failed tag:x", "state", "failed")).toBe("tag:x");
});

test("the server's query", () => {
  const text = 'state:failed,warning -pipeline:orders created:24h duration:>1m30s no such "table x" type:nothing';
  expect(queryOf(text, NOW)).toEqual({
    state: ["failed", "warning"], pipeline: ["!orders"], created_after: ["2026-03-07T12:00:00.000Z"], duration_gt: ["90"], q: ["no such table x"],
  });
});

test("ranges of time", () => {
  expect(createdRange("7d", NOW)).toEqual({ created_after: "2026-03-01T12:00:00.000Z" });
  const local = (day: string) => new Date(`${day}T00:00:00`).toISOString();
  expect(createdRange("2026-03-01", NOW)).toEqual({ created_after: local("2026-03-01"), created_before: local("2026-03-02") });
  expect(createdRange("2026-03-01..2026-03-03", NOW)).toEqual({ created_after: local("2026-03-01"), created_before: local("2026-03-04") });
  expect(createdRange("..2026-03-03", NOW)).toEqual({ created_before: local("2026-03-04") });
  expect(createdRange("2026-03-01T10:00Z..", NOW)).toEqual({ created_after: "2026-03-01T10:00:00.000Z" });
  for (const wrong of ["soon", "..", "2026-13-01", "2026-03-01..2026-03-02..2026-03-03", "7y", ""]) expect(createdRange(wrong, NOW)).toBeNull();
});

test("ranges of duration", () => {
  expect(durationRange(">60")).toEqual({ longer: true, seconds: 60 });
  expect(durationRange("<1h30m")).toEqual({ longer: false, seconds: 5400 });
  for (const wrong of ["60", ">", "> soon", ">5 apples"]) expect(durationRange(wrong)).toBeNull();
});

test("what was probably meant", () => {
  const instead = (text: string) => parse(text).map((term) => term.instead);
  expect(instead("staet:failed")).toEqual(["state:failed"]);
  expect(instead("-stat:failed,warning")).toEqual(["-state:failed,warning"]);
  expect(instead("state:faild,warning")).toEqual(["state:failed,warning"]);
  expect(instead("trigger:cron")).toEqual([null]);
  expect(instead("https://x")).toEqual(['error:https://x']);
  for (const text of ["staet:failed", "-stat:failed", "state:faild", "https://x", "zzzzzz:1"]) {
    expect(parse(instead(text)[0]!).map((term) => term.problem)).toEqual([null]);
  }
});

test("several ranges narrow one another", () => {
  expect(queryOf("created:7d created:24h duration:>60 duration:>5m duration:<1h duration:<2h", NOW)).toEqual({
    created_after: ["2026-03-07T12:00:00.000Z"], duration_gt: ["300"], duration_lt: ["3600"],
  });
});

test("days by their names, and sides of a day", () => {
  const local = (day: string) => new Date(`${day}T00:00:00`).toISOString();
  const noon = new Date("2026-03-08T12:00:00").getTime();
  expect(createdRange("last-7d", NOW)).toEqual(createdRange("7d", NOW));
  expect(createdRange("today", noon)).toEqual({ created_after: local("2026-03-08") });
  expect(createdRange("yesterday", noon)).toEqual({ created_after: local("2026-03-07"), created_before: local("2026-03-08") });
  expect(createdRange(">2026-03-01", noon)).toEqual({ created_after: local("2026-03-02") });
  expect(createdRange(">=2026-03-01", noon)).toEqual({ created_after: local("2026-03-01") });
  expect(createdRange("<2026-03-01", noon)).toEqual({ created_before: local("2026-03-01") });
  expect(createdRange("<=2026-03-01", noon)).toEqual({ created_before: local("2026-03-02") });
  for (const wrong of [">", "<soon", "999999999d"]) expect(createdRange(wrong, noon)).toBeNull();
});

test("a query as text", () => {
  expect(queryText({ state: ["failed", "!warning"], label: ["team=data eng"] })).toBe("state=failed&state=%21warning&label=team%3Ddata+eng");
});
