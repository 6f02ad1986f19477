// @vitest-environment jsdom
import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useShellKeys } from "./keys";

const router = vi.hoisted(() => ({ went: [] as string[] }));
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => ({ to }: { to: string }) => void router.went.push(to) }));
afterEach(() => {
  cleanup();
  router.went.length = 0;
});

const press = (key: string, more: KeyboardEventInit = {}) => window.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));

/** The keys of a shell that is drawn again and again, with new functions each time. */
function shell() {
  const asked: string[] = [];
  let drawn = 0;
  const { rerender } = renderHook(() => {
    const at = ++drawn;
    useShellKeys({ palette: () => asked.push(`palette ${at}`), help: () => asked.push(`help ${at}`) });
  });
  return { asked, rerender };
}

test("g r goes to the runs, g p to the pipelines, also where the page is drawn anew between the two", () => {
  const { rerender } = shell();
  press("g");
  rerender();
  press("r");
  press("g");
  press("p");
  press("r");
  expect(router.went).toEqual(["/runs", "/pipelines"]);
});

test("the palette and the keys are asked of the shell as it was drawn last", () => {
  const { asked, rerender } = shell();
  rerender();
  press("k", { ctrlKey: true });
  press("?");
  expect(asked).toEqual(["palette 2", "help 2"]);
});

test("Ctrl-K that was pressed before anybody listened is heard, once", () => {
  const ahead = globalThis as { penstockSought?: boolean };
  ahead.penstockSought = true;
  expect(shell().asked).toEqual(["palette 1"]);
  cleanup();
  expect(shell().asked).toEqual([]);
  ahead.penstockSought = false;
  expect(shell().asked).toEqual([]);
  delete ahead.penstockSought;
});
