import { expect, test, vi } from "vitest";
import { BLOCK, LineStore, type Window } from "./store";

interface Line { key: string; time: number }
const kind = { key: (line: Line) => line.key, time: (line: Line) => line.time };

/** A log in memory. `answers` waits until the loads that were asked for have been answered. */
function logOf(count: number, complete = true) {
  const log = {
    lines: Array.from({ length: count }, (_, at): Line => ({ key: `k${at}`, time: at })),
    complete,
    asked: [] as [number, number][],
    aborted: 0,
    fail: false,
  };
  const load = async (first: number, limit: number, signal: AbortSignal): Promise<Window<Line>> => {
    log.asked.push([first, limit]);
    signal.addEventListener("abort", () => (log.aborted += 1));
    await Promise.resolve();
    if (log.fail) throw new Error("no answer");
    const from = first < 0 ? Math.max(0, log.lines.length + first) : first;
    return { first: from, total: log.lines.length, lines: log.lines.slice(from, from + limit), complete: log.complete, damaged: [] };
  };
  return { log, store: new LineStore(load, kind) };
}

async function answers(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test("loads what is looked at, once", async () => {
  const { log, store } = logOf(10_000);
  store.want(600, 640);
  await answers();
  expect(log.asked).toEqual([[500, BLOCK]]);
  expect(store.total).toBe(10_000);
  expect(store.line(620)?.key).toBe("k620");
  expect(store.line(760)).toBeUndefined();
  store.want(610, 650);
  await answers();
  expect(log.asked).toHaveLength(1);
});

test("gives up what is no longer looked at, and does not load what is passed by", async () => {
  const { log, store } = logOf(1_000_000);
  vi.useFakeTimers();
  store.want(0, 10);
  for (let first = 10_000; first < 900_000; first += 10_000) store.want(first, first + 40);
  store.want(900_000, 900_040);
  vi.runAllTimers();
  vi.useRealTimers();
  await answers();
  expect(log.asked).toEqual([[0, BLOCK], [900_000, BLOCK]]);
  expect(log.aborted).toBe(1);
  expect(store.line(0)).toBeUndefined();
  expect(store.line(900_000)?.key).toBe("k900000");
});

test("remembers a bounded number of lines", async () => {
  const { store } = logOf(1_000_000);
  for (let at = 0; at < 200; at += 1) {
    store.want(at * BLOCK, at * BLOCK + 40);
    await answers();
  }
  expect(store.line(199 * BLOCK)).toBeDefined();
  expect(store.line(0)).toBeUndefined();
});

test("a log that grows: new lines come, settled ones are not read again", async () => {
  const { log, store } = logOf(2_000, false);
  for (const line of log.lines) line.time = line.time * 1_000;
  store.want(500, 520);
  await store.refresh();
  await answers();
  log.asked.length = 0;
  for (let at = 2_000; at < 2_030; at += 1) log.lines.push({ key: `k${at}`, time: at * 1_000 });
  await store.refresh();
  await answers();
  expect(log.asked).toEqual([[-BLOCK, BLOCK]]);
  expect(store.total).toBe(2_030);
  expect(store.line(2_029)?.key).toBe("k2029");
});

test("a late line moves those after it, and the one that is read is found again", async () => {
  const { log, store } = logOf(400, false);
  store.want(300, 340);
  await store.refresh();
  await answers();
  expect(store.line(310)?.key).toBe("k310");
  log.lines.splice(200, 0, { key: "late", time: 200 });
  await store.refresh();
  await answers();
  expect(store.line(311)?.key).toBe("k310");
  expect(store.find("k310", 310)).toBe(311);
  expect(store.find("k9999", 310)).toBeUndefined();
});

test("when the log ends, all that is looked at is read once more", async () => {
  const { log, store } = logOf(2_000, false);
  for (const line of log.lines) line.time = line.time * 1_000;
  store.want(0, 20);
  await store.refresh();
  await answers();
  log.asked.length = 0;
  log.complete = true;
  await store.refresh();
  await answers();
  expect(log.asked).toContainEqual([0, BLOCK]);
  expect(store.complete).toBe(true);
});

test("a failure is told, stops loading, and can be tried again", async () => {
  const { log, store } = logOf(100);
  let told = 0;
  store.subscribe(() => (told += 1));
  log.fail = true;
  store.want(0, 20);
  await answers();
  expect(store.problem).toBeInstanceOf(Error);
  expect(told).toBe(1);
  store.want(0, 20);
  await answers();
  expect(log.asked).toHaveLength(1);
  log.fail = false;
  store.retry();
  await answers();
  expect(store.problem).toBeUndefined();
  expect(store.line(99)?.key).toBe("k99");
});
