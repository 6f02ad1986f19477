import { expect, test } from "vitest";
import { valueOf, wantsWhole } from "./json";

const json = { kind: "json", media_type: "application/json", bytes: 69_000 } as const;
const file = { kind: "file", media_type: "application/json", bytes: 500 } as const;

test("of a value the whole is asked for where its beginning does not hold it, unless it is very large", () => {
  expect(wantsWhole(json, { text: '{"a": [1,', cut: true })).toBe(true);
  expect(wantsWhole(json, { text: '{"a": 1}', cut: false })).toBe(false);
  expect(wantsWhole({ ...json, bytes: 90_000_000 }, { text: "{", cut: true })).toBe(false);
  expect(wantsWhole({ ...json, kind: "text", media_type: "text/plain" }, { text: "{", cut: true })).toBe(false);
  expect(wantsWhole(file, { text: ' [{"a"', cut: true })).toBe(true);
});

test("a text is a value when it is whole, and JSON", () => {
  expect(valueOf(json, { text: "[1, null]", cut: false })).toEqual({ value: [1, null] });
  expect(valueOf(json, { text: "null", cut: false })).toEqual({ value: null });
  expect(valueOf(file, { text: '{"a": 1}', cut: false })).toEqual({ value: { a: 1 } });
  expect(valueOf(file, { text: "NaN", cut: false })).toBeUndefined();
  expect(valueOf(json, { text: "NaN", cut: false })).toBeUndefined();
  expect(valueOf(json, { text: "[1, 2", cut: true })).toBeUndefined();
  expect(valueOf(json, { text: null, cut: false })).toBeUndefined();
});
