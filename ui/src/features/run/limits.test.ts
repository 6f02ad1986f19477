import { expect, test } from "vitest";
import type { TaskState } from "../../domain/states";
import { generationsOf, retriedText, triedText } from "./generations";
import { heldText, heldUpSince, limitOf, restText, waitersText, waitText } from "./limits";

const event = (kind: string, data: Record<string, unknown> | null = null) => ({ kind, at: "2026-03-01T10:00:00Z", data });

test("the limit that was told last is the one that a run waits at", () => {
  expect(limitOf([event("run.created"), event("run.running")])).toBeNull();
  const limit = limitOf([event("run.queued", { limit: "tag a", most: 1, held: 1, by_runs: ["x"] }), event("run.queued", { limit: "tag:b", most: 2, held: 2, by_runs: ["y", 7, "z"] })]);
  expect(limit).toEqual({ name: "tag:b", most: 2, held: 2, runs: ["y", "z"] });
  expect(heldText(limit!)).toBe("2 of 2 places of the limit of tag b are held");
});

test("what a queued task waits for", () => {
  const told = (on: Parameters<typeof waitText>[0]["on"], need: number, held: number, most: number | null) => waitText({ on, name: "db", need, held, most });
  expect(told("workers", 1, 2, 2)).toBe("a free worker: 2 of 2 are busy");
  expect(told("workers", 2, 1, 2)).toBe("2 free workers: 1 of 2 are busy");
  expect(told("gpus", 1, 1, null)).toBe("a GPU: 1 is in use");
  expect(told("pool", 1, 2, null)).toBe("room in the pool db: 2 places of it are held");
  expect(told("turn", 1, 3, 3)).toBe("other items to end: 3 run at a time");
  expect(told("engine", 1, 0, null)).toBe("an engine: the one that had the run is gone");
});

test("which tasks wait", () => {
  const told = (count: number, ...tasks: string[]) => waitersText({ tasks, count }).map((word) => (typeof word === "string" ? word : word.name)).join("");
  expect(told(1, "clean")).toBe("clean waits");
  expect(told(4, "clean")).toBe("4 items of clean wait");
  expect(told(2, "clean", "price")).toBe("clean and price wait");
  expect(told(3, "clean", "price", "model")).toBe("clean, price and model wait");
  expect(told(4, "clean", "price", "model", "load")).toBe("4 tasks wait");
  expect(told(40, "clean", "price")).toBe("40 tasks wait");
});

test("a run is held up since its first task is queued, or since its last one has ended", () => {
  const task = (state: TaskState, queued: string | null = null, ended: string | null = null) => ({ state, queued_at: queued && `2026-03-01T10:00:0${queued}Z`, ended_at: ended && `2026-03-01T10:00:0${ended}Z` });
  const at = (second: number) => Date.UTC(2026, 2, 1, 10, 0, second);
  const since = (...tasks: ReturnType<typeof task>[]) => heldUpSince({ state: "running", tasks });
  expect(since(task("queued", "4"), task("queued", "2"), task("created"))).toBe(at(2));
  expect(since(task("succeeded", "1", "5"), task("queued", "2"))).toBe(at(5));
  expect(since(task("running", "1"), task("queued", "2"))).toBeNull();
  expect(since(task("cancelling", "1"), task("queued", "2"))).toBeNull();
  expect(since(task("retrying", "1"), task("created"))).toBeNull();
  expect(heldUpSince({ state: "paused", tasks: [task("queued", "2")] })).toBeNull();
});

test("who paused a run, or what it rests at", () => {
  expect(restText({ reason: "user" }, [event("run.paused", { by: "ana" })])).toEqual(["Paused by ana: nothing new begins until it is resumed."]);
  expect(restText({ reason: "breakpoint" }, [event("run.paused", { task: "clean" })])).toEqual(["Rests before ", { name: "clean" }, ", at a breakpoint."]);
  expect(restText({ reason: "breakpoint" }, [])).toEqual(["Rests at a breakpoint."]);
  expect(restText({ reason: null }, [])).toEqual(["Paused: nothing new begins until it is resumed."]);
});

test("generations are those that the history tells; a resume is none", () => {
  const lives = generationsOf([event("run.running"), event("run.running", { by: "ana" }), event("run.running", { generation: 2, from: "a", by: "page" })]);
  expect([...lives.keys()]).toEqual([2]);
  expect(retriedText(lives.get(2)!)).toEqual(["retried from ", { name: "a" }, " by somebody on the page"]);
});

test("attempts are told by their place among those of their generation", () => {
  const attempt = (n: number, generation: number) => ({ n, generation }) as Parameters<typeof triedText>[0][number];
  const one = [attempt(1, 1)];
  expect(triedText(one, one[0])).toBeNull();
  const two = [attempt(1, 1), attempt(2, 1)];
  expect(triedText(two, two[1])).toBe("attempt 2 of 2");
  const lives = [attempt(1, 1), attempt(1, 2), attempt(2, 2)];
  expect(triedText(lives, lives[0])).toBe("attempt 1 of generation 1");
  expect(triedText(lives, lives[2])).toBe("attempt 2 of 2, generation 2");
});
