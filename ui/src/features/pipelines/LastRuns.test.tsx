// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { runsQuery, type RunSummary } from "../../api/runs";
import { LastRuns } from "./LastRuns";

vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a> }));
afterEach(cleanup);

const AT = "2026-03-01T10:00:00Z";
const run = (id: string, more: Partial<RunSummary> = {}) =>
  ({ id, state: "succeeded", reason: null, created_at: AT, started_at: AT, ended_at: AT, duration: 1, tasks_done: 1, tasks_total: 1, bytes: 0, trigger: { kind: "manual", name: null, at: AT }, version: "v", error: null, ...more }) as RunSummary;

function show(...items: RunSummary[]) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(runsQuery({ pipeline: ["orders"], namespace: ["shop"] }, "-created_at").queryKey, { pages: [{ items, next_cursor: null }], pageParams: [undefined] });
  render(<QueryClientProvider client={client}><LastRuns name="orders" namespace="shop" /></QueryClientProvider>);
}

test("why runs failed stands beside them, and where none failed there is no column for it", () => {
  const error = { task: "clean", map_index: null, type: "ValueError", message: "no price\nat line 2", traceback: null } as unknown as RunSummary["error"];
  show(run("a"), run("b", { state: "failed", reason: "user_error", error }));
  expect(screen.getByRole("columnheader", { name: "Error" })).toBeTruthy();
  const [, , failed] = screen.getAllByRole("row");
  expect(failed!.lastElementChild!.textContent).toBe("clean ValueError: no price");
  expect(failed!.firstElementChild!.textContent).toBe("failed");
  cleanup();
  show(run("a"));
  expect(screen.queryByRole("columnheader", { name: "Error" })).toBeNull();
});
