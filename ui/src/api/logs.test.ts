import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { LogLine, LogView } from "./logs";
import type * as Logs from "./logs";

/** 3,000 lines of two attempts, many at the same moment; every hundredth is an error. */
const lines: LogLine[] = Array.from({ length: 3_000 }, (_, at) => ({
  index: at, at: new Date(Date.UTC(2026, 2, 1) + Math.floor(at / 700) * 1_000).toISOString(), seq: Math.floor(at / 2),
  task: at % 2 === 0 ? "a" : "b", map_index: null, label: null, generation: 1, attempt: 1, stream: "log",
  level: at % 100 === 99 ? "error" : at % 7 === 0 ? null : "info", logger: null, message: `line ${at}`,
}));
const asked: URL[] = [];

/** The server's windows, naively. */
function answer(request: Request): Response {
  const url = new URL(request.url);
  const query = url.searchParams;
  asked.push(url);
  if (url.pathname.endsWith("/next")) return Response.json({ index: query.get("line") === null ? null : 99, at: null });
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

test("the next line of a level is asked for by one request, in the view that is shown", async () => {
  asked.length = 0;
  const view: LogView = { run: "r", task: "a", levels: ["error", "none"], from: "2026-03-01T00:00:01Z", until: "2026-03-01T00:00:02Z" };
  expect(await logs.findLevel(view, ["error", "critical"], 150, -1)).toBe(99);
  expect(asked.map((url) => `${url.pathname}${url.search}`)).toEqual([
    "/api/v1/runs/r/logs/next?task=a&level=error&level=none&after=2026-03-01T00%3A00%3A01Z&before=2026-03-01T00%3A00%3A02Z&of=error&of=critical&line=150&back=true",
  ]);
  expect(await logs.findLevel({ run: "r", levels: [] }, ["critical"], undefined, 1)).toBeNull();
});

test("lines are read in parts, all of them", async () => {
  const read = await logs.readLines(all, 10, 2_990);
  expect(read).toHaveLength(2_981);
  expect(read.at(-1)?.message).toBe("line 2990");
});

test("a download has the same view", () => {
  expect(logs.downloadOf({ run: "r/1", task: "a b", mapIndex: 0, attempt: 2, levels: ["error", "none"], from: "2026-03-01T00:00:01Z" })).toBe(
    "/api/v1/runs/r%2F1/logs/content?task=a+b&map_index=0&attempt=2&level=error&level=none&after=2026-03-01T00%3A00%3A01Z",
  );
});
