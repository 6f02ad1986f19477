import { describe, expect, test } from "vitest";
import { jsonText, parseJson, wholeOf } from "./json";

const LARGE = 9007199254740993n;

describe("whole numbers beyond 2^53 stay what they are", () => {
  test.each<[string, unknown]>([
    ["9007199254740993", LARGE],
    ["-9007199254740993", -LARGE],
    ['{"a":[1,9007199254740993,"9007199254740993"],"9007199254740993":9007199254740993}', { a: [1, LARGE, "9007199254740993"], "9007199254740993": LARGE }],
    ['["#9007199254740993","##",9007199254740993]', ["#9007199254740993", "##", LARGE]],
    ['{"#1":"#1","#":9007199254740993,"##x":"a\\"#9007199254740993\\"b"}', { "#1": "#1", "#": LARGE, "##x": 'a"#9007199254740993"b' }],
    ["[18446744073709551615]", [18446744073709551615n]],
  ])("%s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(jsonText(value)).toBe(text);
  });

  test("in texts that are written otherwise too", () => {
    expect(parseJson('{ "a" : 9007199254740993 , "\\u0023b" : "\\u0023c" , "d": "\\\\" }')).toEqual({ a: LARGE, "#b": "#c", d: "\\" });
    expect(jsonText({ a: [LARGE, "#"] }, 1)).toBe('{\n "a": [\n  9007199254740993,\n  "#"\n ]\n}');
  });
});

test("all else is as JSON has it", () => {
  for (const value of [9007199254740991, -9007199254740991, 0.1234567890123456, 1e300, "1234567890123456789", "#x", null, true, ["#", { "#": "##" }]]) {
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    expect(jsonText(value)).toBe(JSON.stringify(value));
  }
  expect(parseJson("[12345678901234567.5, 1.234567890123456e3, 12345678901234567e2]")).toEqual([Number("12345678901234567.5"), 1234.567890123456, Number("12345678901234567e2")]);
  expect(() => parseJson("[1234567890123456789")).toThrow(SyntaxError);
  expect(() => parseJson("9007199254740993 9007199254740993")).toThrow(SyntaxError);
  expect(() => parseJson("09007199254740993")).toThrow(SyntaxError);
});

test("a text of many megabytes can be read", () => {
  const long = `${"x".repeat(9_000_000)}${'\\"'.repeat(500_000)}`;
  expect((parseJson(`["${long}",9007199254740993]`) as [string, bigint])[1]).toBe(LARGE);
});

test("digits are a number as long as it has them all", () => {
  expect(wholeOf("12")).toBe(12);
  expect(wholeOf(" +9007199254740993 ")).toBe(LARGE);
  expect(wholeOf("-9007199254740993")).toBe(-LARGE);
});
