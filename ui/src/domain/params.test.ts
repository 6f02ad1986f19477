import { describe, expect, test } from "vitest";
import { factsOfParam, fieldOf, firstTexts, hintOf, readAll, readEdits, readValue, textOf, type Param } from "./params";

function param(type: string, more: Partial<Param> = {}): Param {
  return {
    name: "p", type, default: null, required: false, choices: [], min: null, max: null, pattern: null, description: "", ...more,
  };
}

describe("a value shown in its field is read as the same value", () => {
  const cases: [Param, unknown][] = [
    [param("str"), "a b"],
    [param("str"), "null"],
    [param("int"), -12],
    [param("int"), 9007199254740993n],
    [param("int", { choices: [1, 9007199254740993n] }), 9007199254740993n],
    [param("dict"), { id: [9007199254740993n] }],
    [param("any"), 9007199254740993n],
    [param("float"), 0.25],
    [param("bool"), true],
    [param("bool"), false],
    [param("date"), "2026-03-01"],
    [param("datetime"), "2026-03-01T12:30:00+02:00"],
    [param("list"), ["DE", 1, null, { a: [] }]],
    [param("dict"), { a: { b: "ü" } }],
    [param("any"), "text"],
    [param("any"), "12"],
    [param("any"), 12],
    [param("str", { choices: ["EUR", "USD"] }), "USD"],
    [param("int", { choices: [1, 2] }), 2],
  ];
  test.each(cases)("%o %o", (asked, value) => {
    expect(readValue(asked, textOf(asked, value))).toEqual({ value });
  });
});

describe("what does not fit is told in words", () => {
  test.each([
    [param("int"), "1.5", "a whole number is needed"],
    [param("int", { max: 9007199254740993n as never }), "9007199254740994", "must be at most 9007199254740993"],
    [param("int", { min: 1 }), "0", "must be at least 1"],
    [param("float", { max: 1 }), "1.5", "must be at most 1"],
    [param("float"), "many", "a number is needed"],
    [param("date"), "2026-02-30", "a date is needed, such as 2026-03-01"],
    [param("date", { min: "2026-01-01" }), "2025-12-31", "must be at least 2026-01-01"],
    [param("duration", { max: 60 }), "2m", "must be at most 1m"],
    [param("duration"), "soon", "a duration is needed, such as 90s or 1h30m"],
    [param("list"), '{"a": 1}', "a list is needed, such as [1, 2]"],
    [param("str", { required: true }), " ", "a value is needed"],
  ])("%o %s", (asked, text, problem) => {
    expect(readValue(asked, text)).toEqual({ problem });
  });
});

test("only what differs from the defaults is sent", () => {
  const params = [
    param("int", { name: "rows", default: 400 }),
    param("list", { name: "countries", default: ["DE", "FR"] }),
    param("str", { name: "who", required: true }),
    param("str", { name: "note", default: "" }),
  ];
  const texts = { ...firstTexts(params), who: "Ada" };
  expect(readAll(params, texts)).toEqual({ params: { who: "Ada" }, problems: {} });
  expect(readAll(params, { ...texts, rows: "7", countries: '["FR"]', note: "x" }).params).toEqual({
    rows: 7, countries: ["FR"], who: "Ada", note: "x",
  });
  expect(readAll(params, { ...texts, rows: "x", who: "" }).problems).toEqual({
    rows: "a whole number is needed", who: "a value is needed",
  });
});

test("numbers that differ by their last digit are two", () => {
  const params = [param("int", { name: "id", default: 9007199254740993n as never })];
  expect(readAll(params, { id: "9007199254740992" }).params).toEqual({ id: 9007199254740992n });
  expect(readAll(params, firstTexts(params)).params).toEqual({});
});

test("an emptied field means the default", () => {
  expect(readValue(param("int", { default: 3 }), "")).toEqual({ value: 3 });
});

test("a field says what it takes", () => {
  expect(fieldOf(param("dict"))).toBe("json");
  expect(hintOf(param("int", { description: "Orders to make.", min: 1, max: 9 }))).toBe("Orders to make. · 1 to 9");
  expect(hintOf(param("int", { min: 1, max: 100_000 }))).toBe("1 to 100,000");
  expect(factsOfParam(param("str", { description: "What it is told in.", choices: ["EUR", "JPY"] }))).toBe("What it is told in. · one of EUR, JPY");
  expect(factsOfParam(param("list"))).toBe("");
});

test("edits are what differs from the values that a run had", () => {
  const params = [param("int", { name: "rows", default: 20 }), param("str", { name: "day", default: "x" }), param("bool", { name: "full", default: false })];
  const given = { rows: 5, day: "y" };
  expect(readEdits(params, {}, given)).toEqual({ params: {}, problems: {} });
  expect(readEdits(params, { rows: "5", day: "z", full: "false" }, given).params).toEqual({ day: "z" });
  expect(readEdits(params, { rows: "20", full: "true" }, given).params).toEqual({ rows: 20, full: true });
  expect(readEdits(params, { rows: "many" }, given).problems).toEqual({ rows: "a whole number is needed" });
});
