// @vitest-environment jsdom
import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api, ApiProblem, type Schemas } from "./client";
import { Live } from "./live";
import { goneQuery, runContextQuery, runKeys, runQuery } from "./runs";

/** The browser's EventSource, driven by the test. */
class Source {
  static all: Source[] = [];
  static get last(): Source {
    return Source.all.at(-1)!;
  }
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #hears = new Map<string, ((event: unknown) => void)[]>();

  constructor(readonly url: string) {
    Source.all.push(this);
  }
  addEventListener(name: string, hear: (event: unknown) => void): void {
    this.#hears.set(name, [...(this.#hears.get(name) ?? []), hear]);
  }
  close(): void {
    this.closed = true;
  }
  opens(): void {
    this.onopen?.();
    for (const hear of this.#hears.get("open") ?? []) hear({});
  }
  says(name: "snapshot" | "change", id: number, body: unknown): void {
    for (const hear of this.#hears.get(name) ?? []) hear({ lastEventId: String(id), data: JSON.stringify(body) });
  }
}

const RUN = "01kgh3w2m9xyz";
const query = () => new URL(Source.last.url, "http://x").searchParams;
let client: QueryClient;
let live: Live;
let reads: string[];
let stop: () => void;

function shown(id: string, state: string): void {
  const { queryKey } = runQuery(id);
  client.setQueryData(queryKey as readonly unknown[], { id, state, tasks: [], generation: 1, error: null });
  new QueryObserver(client, { queryKey: queryKey as readonly unknown[], queryFn: () => { reads.push(id); return { id, state, tasks: [], generation: 1, error: null }; }, staleTime: Infinity }).subscribe(() => undefined);
}
const change = (state: string): Schemas["Changes"] => ({ changes: [{ kind: "run", run: { id: RUN, state, generation: 1, error: null } as never }] });

beforeEach(() => {
  vi.useFakeTimers();
  Source.all = [];
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(api, "GET").mockResolvedValue({ data: {} } as never);
  client = new QueryClient();
  live = new Live(client);
  reads = [];
  stop = () => undefined;
});
afterEach(() => {
  stop();
  client.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("a change goes into the document that is shown, and what ended is read anew once", async () => {
  shown(RUN, "running");
  stop = live.start();
  live.watch(RUN);
  expect(query().get("run")).toBe(RUN);
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  await vi.advanceTimersByTimeAsync(0);
  reads = [];
  Source.last.says("change", 8, change("succeeded"));
  Source.last.says("change", 9, change("succeeded"));
  expect(client.getQueryData<Schemas["RunDocument"]>(runQuery(RUN).queryKey as never)?.state).toBe("succeeded");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reads).toEqual([RUN]);
});

test("what was read before the stream began is read again, but for what is over", async () => {
  shown(RUN, "running");
  live.watch(RUN);
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  await vi.advanceTimersByTimeAsync(0);
  expect(reads).toEqual([RUN]);

  const over = "01kgh3w2m9xy0";
  shown(over, "failed");
  live.watch(over);
  Source.last.opens();
  await vi.advanceTimersByTimeAsync(0);
  expect(reads).toEqual([RUN]);
});

test("a broken stream goes on from its last number; a snapshot in place of it reads all anew", async () => {
  shown(RUN, "running");
  stop = live.start();
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  Source.last.says("change", 12, { changes: [] });
  Source.last.onerror?.();
  await vi.advanceTimersByTimeAsync(600);
  expect(Source.all).toHaveLength(2);
  expect(Source.all[0]!.closed).toBe(true);
  expect(query().get("last_event_id")).toBe("12");
  reads = [];
  Source.last.opens();
  await vi.advanceTimersByTimeAsync(0);
  expect(reads).toEqual([]);
  Source.last.says("snapshot", 90, {});
  await vi.advanceTimersByTimeAsync(0);
  expect(reads).toEqual([RUN]);
});

test("a run that the server does not know takes nothing from the rest", async () => {
  stop = live.start();
  live.watch("nothing");
  Source.last.onerror?.();
  await vi.advanceTimersByTimeAsync(600);
  expect(query().has("run")).toBe(false);
  Source.last.opens();
  expect(live.state).toBe("live");
});

test("without a session it says so", async () => {
  vi.spyOn(api, "GET").mockRejectedValue(new ApiProblem({ type: "about:blank", status: 401, title: "", detail: "", code: "not_signed_in", cure: null, errors: null }));
  stop = live.start();
  Source.last.onerror?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(live.state).toBe("signed-out");
});

test("lists hold a run as it is told, and keep their other rows as they are", () => {
  const rows = [{ id: RUN, state: "running" }, { id: "01kgh3w2m9xy0", state: "failed" }];
  const key = [...runKeys.lists, "list", {}, "-created_at"];
  client.setQueryData(key, { pages: [{ items: rows, next_cursor: null }], pageParams: [undefined] });
  stop = live.start();
  Source.last.says("change", 8, change("failed"));
  const [one, other] = client.getQueryData<{ pages: { items: unknown[] }[] }>(key)!.pages[0]!.items;
  expect(one).toMatchObject({ id: RUN, state: "failed" });
  expect(other).toBe(rows[1]);
});

test("neighbours of the run that is shown are read anew when another run of its pipeline comes", async () => {
  const own = { pipeline: "orders", namespace: "default" };
  client.setQueryData(runQuery(RUN).queryKey as readonly unknown[], { id: RUN, state: "succeeded", tasks: [], generation: 1, error: null, ...own });
  const { queryKey } = runContextQuery(RUN);
  client.setQueryData(queryKey as readonly unknown[], {});
  new QueryObserver(client, { queryKey: queryKey as readonly unknown[], queryFn: () => { reads.push("context"); return {}; }, staleTime: Infinity }).subscribe(() => undefined);
  stop = live.start();
  live.watch(RUN);
  const comes = (pipeline: string) => Source.last.says("change", 8, { changes: [{ kind: "run", run: { id: "01kgh3w2m9xzz", state: "running", generation: 1, error: null, ...own, pipeline } }] });
  comes("another");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reads).toEqual([]);
  comes("orders");
  comes("orders");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reads).toEqual(["context"]);
});

test("a window that nobody sees gives its connection back, and goes on where it was", async () => {
  stop = live.start();
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(Source.last.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Source.last.closed).toBe(true);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(Source.all).toHaveLength(2);
  expect(query().get("last_event_id")).toBe("7");
});

test("a run that was deleted is told as gone, and nothing more of it is asked for", async () => {
  shown(RUN, "failed");
  stop = live.start();
  live.watch(RUN);
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  await vi.advanceTimersByTimeAsync(5_000);
  reads = [];
  Source.last.says("change", 8, { changes: [{ kind: "deleted", ids: [RUN] }] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect([client.getQueryData(goneQuery(RUN).queryKey), reads]).toEqual([true, []]);
});

/** Who looks at a run of which the server has said that there is none. */
async function absent(): Promise<{ there: (state: string) => void }> {
  let answer = (): unknown => {
    throw new ApiProblem({ type: "about:blank", status: 404, title: "", detail: "", code: "not_found", cure: null, errors: null });
  };
  const queryFn = () => { reads.push(RUN); return answer(); };
  new QueryObserver(client, { queryKey: runQuery(RUN).queryKey as readonly unknown[], queryFn, retry: false }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { there: (state) => void (answer = () => ({ id: RUN, state, tasks: [], generation: 1, error: null })) };
}

test("a run of which the server said that there is none is not asked for again, nor told of", async () => {
  await absent();
  stop = live.start();
  live.watch(RUN);
  expect(query().has("run")).toBe(false);
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  Source.last.says("change", 8, { changes: [{ kind: "deleted", ids: [RUN] }] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reads).toEqual([RUN]);
});

test("a stream that was asked for it before that answer came begins at once without it", async () => {
  stop = live.start();
  live.watch(RUN);
  await absent();
  Source.last.onerror?.();
  expect([Source.all.length, query().has("run")]).toEqual([3, false]);
  expect(api.GET).not.toHaveBeenCalled();
});

test("it is shown when it comes into being, and its tasks are told of", async () => {
  const { there } = await absent();
  stop = live.start();
  live.watch(RUN);
  Source.last.opens();
  Source.last.says("snapshot", 7, {});
  there("running");
  Source.last.says("change", 8, change("queued"));
  expect([query().get("run"), query().get("last_event_id")]).toEqual([RUN, "8"]);
  Source.last.opens();
  Source.last.says("change", 9, change("running"));
  await vi.advanceTimersByTimeAsync(0);
  expect(reads).toEqual([RUN, RUN]);
  expect(client.getQueryData(runQuery(RUN).queryKey)).toMatchObject({ state: "running" });
});

test("what was read while changes came does not undo them", async () => {
  type Reading = (answer: unknown) => void;
  const answers: Reading[] = [];
  const item = (state: string) => ({ id: RUN, state, tasks: [], generation: 1, error: null });
  const reads = () => new Promise((settle: Reading) => answers.push(settle));
  stop = live.start();
  Source.last.opens();
  const list = ["runs", "list", {}, "-created_at"];
  const { queryKey } = runQuery(RUN);
  const seen = [
    new InfiniteQueryObserver(client, { queryKey: list, queryFn: reads, initialPageParam: 0, getNextPageParam: () => undefined }).subscribe(() => undefined),
    new QueryObserver(client, { queryKey: queryKey as readonly unknown[], queryFn: reads }).subscribe(() => undefined),
  ];
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toHaveLength(2);
  Source.last.says("change", 8, change("running"));
  Source.last.says("change", 9, change("succeeded"));
  answers[0]!({ items: [item("queued")], next_cursor: null });
  answers[1]!(item("queued"));
  await vi.advanceTimersByTimeAsync(0);
  const states = () => [
    client.getQueryData<{ pages: { items: { state: string }[] }[] }>(list)?.pages[0]?.items[0]?.state,
    client.getQueryData<{ state: string }>(queryKey as readonly unknown[])?.state,
  ];
  expect(states()).toEqual(["succeeded", "succeeded"]);

  // Read again without any change meanwhile, the answer counts.
  void client.refetchQueries({ queryKey: list });
  await vi.advanceTimersByTimeAsync(0);
  answers.at(-1)!({ items: [item("cancelled")], next_cursor: null });
  await vi.advanceTimersByTimeAsync(0);
  expect(states()[0]).toBe("cancelled");
  for (const stops of seen) stops();
});
