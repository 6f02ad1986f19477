// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Change } from "../../domain/apply-event";
import { useNewer } from "./useNewer";

const stream = vi.hoisted(() => ({ hear: (_changes: readonly unknown[]): void => undefined }));
vi.mock("../../api/live", () => ({ useChanges: (hear: typeof stream.hear) => (stream.hear = hear) }));

const ALL = {};
const changed = (...ids: string[]) => ids.map((id) => ({ kind: "run", run: { id, created_at: `at ${id}` } }) as Change);
const say = (...ids: string[]) => act(() => stream.hear(changed(...ids)));

function list(newest: string | undefined, read: boolean, on = true) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return renderHook((at: { newest: string | undefined; read: boolean; on: boolean }) => useNewer(ALL, at.newest, at.read, at.on), { wrapper, initialProps: { newest, read, on } });
}
afterEach(cleanup);

test("runs that are newer than the first of a list are counted once each", () => {
  const { result } = list("r5", true);
  say("r4", "r6");
  say("r6", "r7");
  expect(result.current.count).toBe(2);
  act(() => result.current.clear());
  expect(result.current.count).toBe(0);
});

test("a run that is made while the list is read for the first time is not lost", () => {
  const { result, rerender } = list(undefined, false);
  say("r3", "r6");
  expect(result.current.count).toBe(0);
  rerender({ newest: "r5", read: true, on: true });
  expect(result.current.count).toBe(1);
});

test("nor is one that is made while it is read again", () => {
  const { result, rerender } = list("r5", true);
  say("r6");
  act(() => result.current.clear());
  say("r7");
  rerender({ newest: "r6", read: true, on: true });
  expect(result.current.count).toBe(1);
  rerender({ newest: "r7", read: true, on: true });
  expect(result.current.count).toBe(0);
});

test("a list in another order counts none", () => {
  const { result } = list("r5", true, false);
  say("r6");
  expect(result.current.count).toBe(0);
});
