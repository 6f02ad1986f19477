import { expect, test } from "vitest";
import { countsFrom, lastedOf, partsCountFrom } from "./lasting";

const START = "2026-03-06T16:00:00Z";
const NIGHT = 60_000;

test("a run that goes on counts from its start as if it had never stopped", () => {
  expect(countsFrom({ state: "running", started_at: START, idle: 0 })).toBe(Date.parse(START));
  expect(countsFrom({ state: "paused", started_at: START, idle: NIGHT })).toBe(Date.parse(START) + NIGHT * 1000);
  for (const state of ["succeeded", "created", "queued"] as const) expect(countsFrom({ state, started_at: START, idle: 0 })).toBeNull();
  expect(countsFrom({ state: "running", started_at: null, idle: 0 })).toBeNull();
});

const kept = { generation: 1, from: 10, to: 40 };
const again = { generation: 2, from: NIGHT, to: NIGHT + 5 };

test("parts lasted as long as each generation of them", () => {
  expect(lastedOf([kept, { generation: 1, from: 20, to: 50 }])).toBe(40);
  expect(lastedOf([kept, again])).toBe(35);
  expect(lastedOf([kept, { generation: 2, from: null, to: NIGHT }])).toBe(30);
  expect(lastedOf([{ generation: 1, from: 10, to: null }])).toBeNull();
  expect(lastedOf([])).toBeNull();
});

test("parts that go on count from the start of their latest generation, less what earlier ones lasted", () => {
  expect(partsCountFrom([{ generation: 1, from: 20, to: null }, { generation: 1, from: 10, to: 40 }])).toBe(10);
  expect(partsCountFrom([kept, { generation: 2, from: NIGHT, to: null }])).toBe(NIGHT - 30);
  expect(partsCountFrom([kept, { generation: 2, from: null, to: null }])).toBeNull();
  expect(partsCountFrom([])).toBeNull();
});
