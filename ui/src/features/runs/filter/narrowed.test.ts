import { expect, test } from "vitest";
import { narrowed } from "./narrowed";

test("what the filter says of states still holds", () => {
  expect(narrowed({ pipeline: ["a"] }, ["failed", "cancelled"])).toEqual({ pipeline: ["a"], state: ["failed", "cancelled"] });
  expect(narrowed({ state: ["failed", "running"] }, ["failed", "cancelled"])["state"]).toEqual(["failed"]);
  expect(narrowed({ state: ["!failed"] }, ["failed", "cancelled"])["state"]).toEqual(["cancelled"]);
  expect(narrowed({ state: ["succeeded"] }, ["failed"])["state"]).toEqual(["running", "!running"]);
});
