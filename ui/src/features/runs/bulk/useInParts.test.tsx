// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outcome } from "../../../api/actions";
import { useInParts } from "./useInParts";

interface Wish {
  many: { ids: string[] };
  key: string;
}
const server = vi.hoisted(() => ({ asked: [] as unknown[], answer: (_ids: string[]): string => "applied" }));
vi.mock("../../../api/actions", () => ({
  useActOnMany: () => ({
    mutateAsync: async (wish: Wish) => {
      server.asked.push(wish);
      const outcome = server.answer(wish.many.ids);
      if (outcome === "broken") throw new Error("no answer");
      return { results: wish.many.ids.map((id) => ({ id, outcome }) as Outcome) };
    },
  }),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  server.asked.length = 0;
});

const wishes = () => server.asked as Wish[];
const passes = async (time: number) => await act(async () => await vi.advanceTimersByTimeAsync(time));

/** What became of two runs that are to be cancelled, at first. */
async function cancelled() {
  const hook = renderHook(() => useInParts("cancel"));
  await act(async () => await hook.result.current.go([[["a", "b"], {}]]));
  return hook;
}

test("what an engine has not answered is asked again with the same key until it has", async () => {
  server.answer = () => "waiting";
  const { result } = await cancelled();
  expect(result.current.outcomes.map(({ outcome }) => outcome)).toEqual(["waiting", "waiting"]);
  await passes(1_100);
  expect(result.current.doing).toBe(false);
  server.answer = () => "applied";
  await passes(1_100);
  expect(result.current.outcomes).toEqual([{ id: "a", outcome: "applied" }, { id: "b", outcome: "applied" }]);
  await passes(10_000);
  expect(wishes()).toHaveLength(3);
  expect(new Set(wishes().map(({ key }) => key)).size).toBe(1);
});

test("what was answered is not asked again; a server that is gone is told, and left alone", async () => {
  server.answer = () => "applied";
  await cancelled();
  await passes(10_000);
  expect(wishes()).toHaveLength(1);
  server.answer = () => "waiting";
  const { result } = await cancelled();
  server.answer = () => "broken";
  await passes(10_000);
  expect(wishes()).toHaveLength(3);
  expect(result.current.problem?.message).toBe("no answer");
  expect(result.current.outcomes).toHaveLength(2);
});

test("who has closed the report asks no more", async () => {
  server.answer = () => "waiting";
  const { unmount } = await cancelled();
  unmount();
  await passes(10_000);
  expect(wishes()).toHaveLength(1);
});
