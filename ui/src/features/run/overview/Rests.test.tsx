// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../../api/client";
import { type RunDocument, runEventsQuery, runWaitsQuery } from "../../../api/runs";
import { aboutQuery } from "../../../api/service";
import { Rests } from "./Rests";

vi.mock("@tanstack/react-router", () => ({ Link: ({ params, children }: { params: { runId: string }; children: ReactNode }) => <a href={`/runs/${params.runId}`}>{children}</a> }));
afterEach(cleanup);

const AT = "2026-03-01T10:00:00Z";
const NOW = Date.parse(AT) + 5_000;
const run = (state: RunDocument["state"], ...tasks: string[]) => ({ id: "mine", state, reason: null, created_at: AT, tasks: tasks.map((each) => ({ name: each, state: each, queued_at: AT, ended_at: null })) }) as unknown as RunDocument;
const workers: Schemas["Wait"] = { on: "workers", name: null, need: 1, held: 2, most: 2, by_runs: ["other", "third"], tasks: ["clean"], count: 1 };
const pool: Schemas["Wait"] = { on: "pool", name: "db", need: 1, held: 1, most: null, by_runs: ["other"], tasks: ["load"], count: 6 };

function told(of: RunDocument, { waits = [workers], engine = true, now = NOW }: { waits?: Schemas["Wait"][]; engine?: boolean; now?: number } = {}): string | undefined {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(runWaitsQuery("mine").queryKey, { items: waits });
  client.setQueryData(runEventsQuery("mine", "").queryKey, { items: [{ kind: "run.paused", at: AT, data: { by: "ana" } }], next_cursor: null } as never);
  client.setQueryData(aboutQuery().queryKey, { engine_alive: engine } as Schemas["About"]);
  render(<QueryClientProvider client={client}><Rests run={of} now={now} /></QueryClientProvider>);
  return screen.queryByRole("status")?.textContent;
}

test("a run of which nothing goes on says what its tasks wait for, and leads to the runs that have it", () => {
  expect(told(run("running", "succeeded", "queued", "created"))).toBe("clean waits for a free worker: 2 of 2 are busy with other, third.");
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/runs/other", "/runs/third"]);
});

test("each cause has a line, what most tasks wait for first", () => {
  told(run("running", "queued"), { waits: [pool, workers] });
  expect([...screen.getByRole("status").querySelectorAll("p")].map((line) => line.textContent)).toEqual([
    "6 items of load wait for room in the pool db: 1 place of it is held by other.",
    "clean waits for a free worker: 2 of 2 are busy with other, third.",
  ]);
});

test("nothing is told while something goes on, of what is about to begin, or before a second is over", () => {
  expect(told(run("running", "running", "queued"))).toBeUndefined();
  expect(told(run("running", "queued"), { waits: [] })).toBeUndefined();
  expect(told(run("running", "queued"), { now: Date.parse(AT) + 900 })).toBeUndefined();
});

test("a run that no engine has taken says so where none is up", () => {
  expect(told(run("created"))).toBeUndefined();
  expect(told(run("created"), { engine: false })).toBe("No engine is up. The run waits until one is: penstock up starts it.");
});

test("a paused run says who paused it, whatever of it is queued", () => {
  expect(told(run("paused", "queued"))).toBe("Paused by ana: nothing new begins until it is resumed.");
});
