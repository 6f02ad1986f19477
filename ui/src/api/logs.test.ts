import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Level, LogLine, LogView } from "./logs";
import type * as Logs from "./logs";

/** 3,000 lines of two attempts, many at the same moment; every hundredth is an error. */
const lines: LogLine[] = Array.from({ length: 3_000 }, (_, at) => ({
  index: at, at: new Date(Date.UTC(2026, 2, 1) + Math.floor(at / 700) * 1_000).toISOString(), seq: Math.floor(at / 2),
  task: at % 2 === 0 ? "a" : "b", map_index: null, label: null, generation: 1, attempt: 1, stream: "log",
  level: at % 100 === 99 ? "error" : at % 7 === 0 ? null : "info", logger: null, message: `line ${at}`,
}));
const places = lines.filter((line) => line.level === "error").map((line) => line.index);

/** The server's windows, naively. */
function answer(request: Request): Response {
  const query = new URL(request.url).searchParams;
  const levels = query.getAll("level");
  const before = query.get("before");
  const view = lines.filter((line) => (levels.length === 0 || levels.includes(line.level ?? "none")) && (before === null || line.at < before));
  const first = Number(query.get("first"));
  const shown = view.slice(first, first + Number(query.get("limit"))).map((line, at) => ({ ...line, index: first + at }));
  return Response.json({ first, total: view.length, lines: shown, complete: true, damaged: [] });
}

let logs: typeof Logs;
beforeAll(async () => {
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(answer(request)));
  vi.stubGlobal("Request", class extends Request {
    constructor(input: string, more?: RequestInit) {
      super(new URL(input, "http://here"), more);
    }
  });
  logs = await import("./logs");
});
afterAll(() => vi.unstubAllGlobals());

const all: LogView = { run: "r", levels: [] };
const BAD: Level[] = ["error", "critical"];

test("the next error after each error, and round the end", async () => {
  const found = [await logs.findLevel(all, BAD, undefined, 1)];
  while (found.length <= places.length) found.push(await logs.findLevel(all, BAD, lines[found.at(-1) ?? 0], 1));
  expect(found).toEqual([...places, places[0]]);
});

test("from between two errors, on and back", async () => {
  expect(await logs.findLevel(all, BAD, lines[150], 1)).toBe(199);
  expect(await logs.findLevel(all, BAD, lines[150], -1)).toBe(99);
  expect(await logs.findLevel(all, BAD, lines[199], -1)).toBe(99);
  expect(await logs.findLevel(all, BAD, lines[50], -1)).toBe(2_999);
});

test("errors by the hundred at one moment are walked one by one", async () => {
  let at: number | null = 2_099;
  for (const place of [2_199, 2_299, 2_399]) expect((at = await logs.findLevel(all, BAD, lines[at ?? 0], 1))).toBe(place);
  expect(await logs.findLevel(all, ["info"], lines[1_402], 1)).toBe(1_403);
  expect(await logs.findLevel(all, ["info"], lines[2_095], 1)).toBe(2_096);
});

test("in a view of some levels the number is that of the view; without errors there is none", async () => {
  const view: LogView = { run: "r", levels: ["error", "none"] };
  const shown = lines.filter((line) => line.level === "error" || line.level === null);
  expect(await logs.findLevel(view, BAD, undefined, 1)).toBe(shown.findIndex((line) => line.level === "error"));
  expect(await logs.findLevel({ run: "r", levels: ["info"] }, BAD, undefined, 1)).toBeNull();
  expect(await logs.findLevel(all, ["critical"], undefined, 1)).toBeNull();
});

test("lines are read in parts, all of them", async () => {
  const read = await logs.readLines(all, 10, 2_990);
  expect(read).toHaveLength(2_981);
  expect(read.at(-1)?.message).toBe("line 2990");
});

test("a download has the same view", () => {
  expect(logs.downloadOf({ run: "r/1", task: "a b", mapIndex: 0, attempt: 2, levels: ["error", "none"] })).toBe(
    "/api/v1/runs/r%2F1/logs/content?task=a+b&map_index=0&attempt=2&level=error&level=none",
  );
});
