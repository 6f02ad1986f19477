// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { api, ApiProblem } from "./client";
import { runQuery, useRun } from "./runs";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** How often a run was asked for by the time its page shows what came of it: the way there asks first. */
async function asked(status: number): Promise<number> {
  const problem = new ApiProblem({ type: "about:blank", status, title: "", detail: "", code: "", cure: null, errors: null });
  const get = vi.spyOn(api, "GET").mockRejectedValue(problem);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await client.prefetchQuery(runQuery("xyz"));
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useRun("xyz"), { wrapper });
  await act(() => vi.waitUntil(() => client.isFetching() === 0));
  expect(result.current.error).toBe(problem);
  return get.mock.calls.length;
}

test("that there is no such run is an answer; a server in trouble is asked again", async () => {
  expect(await asked(404)).toBe(1);
  vi.restoreAllMocks();
  expect(await asked(503)).toBe(2);
});
