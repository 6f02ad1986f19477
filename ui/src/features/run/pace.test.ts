import { expect, test } from "vitest";
import { paceOf } from "./pace";

const now = Date.parse("2026-03-01T10:00:10Z");
const run = { state: "running" as const, started_at: "2026-03-01T10:00:00Z", idle: 0, duration: null, tasks_total: 8, tasks_done: 2 };

test("a run that goes on is measured by the clock, one that is over by its record", () => {
  expect(paceOf(run, null, now)).toEqual({ seconds: 10, share: 0.25, slower: false });
  expect(paceOf({ ...run, state: "succeeded", duration: 3.5 }, null, now).seconds).toBe(3.5);
  expect(paceOf({ ...run, state: "queued", started_at: null }, 5, now)).toMatchObject({ seconds: null, slower: false });
  expect(paceOf({ ...run, state: "cancelled", started_at: null }, 5, now).seconds).toBeNull();
  expect(paceOf({ ...run, idle: 7 }, 5, now)).toMatchObject({ seconds: 3, slower: false });
});

test("slow is clearly more than usual", () => {
  expect([7, 9.5, 20].map((expected) => paceOf(run, expected, now).slower)).toEqual([true, false, false]);
  expect(paceOf({ ...run, state: "succeeded", duration: 0.3 }, 0.1, now).slower).toBe(false);
});

test("a clock that is behind gives no negative time; no tasks no share", () => {
  expect(paceOf({ ...run, tasks_total: 0 }, null, now - 60_000)).toMatchObject({ seconds: 0, share: 0 });
});
