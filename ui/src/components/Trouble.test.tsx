// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/client";
import { Trouble } from "./Trouble";

beforeAll(() => {
  window.matchMedia = vi.fn(() => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() })) as unknown as typeof window.matchMedia;
});
afterEach(cleanup);

function shown(error: Error, reset = vi.fn()) {
  render(<QueryClientProvider client={new QueryClient()}><MantineProvider><Trouble error={error} reset={reset} /></MantineProvider></QueryClientProvider>);
  return reset;
}

it.each(["Failed to fetch dynamically imported module: http://x/a.js", "error loading dynamically imported module", "Importing a module script failed.", "Unable to preload CSS for /assets/a.css"])("code that did not come is told as such: %s", (message) => {
  shown(new TypeError(message));
  expect(screen.getByRole("heading").textContent).toBe("This part of the page could not be fetched");
  expect(screen.getByRole("button", { name: "Load the page anew" })).toBeTruthy();
  expect(screen.queryByText(message)).toBeNull();
});

it("another error is told with its words, and can be tried again", () => {
  const reset = shown(new Error("x is not a function"));
  expect(screen.getByText("x is not a function")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(reset).toHaveBeenCalled();
});

it("what the server refused is told with its cure", () => {
  shown(new ApiProblem({ type: "about:blank", title: "Conflict", status: 409, detail: "It is over.", code: "over", cure: "replay it", errors: null } as ConstructorParameters<typeof ApiProblem>[0]));
  expect(screen.getByRole("heading").textContent).toBe("It is over.");
  expect(screen.getByText("replay it")).toBeTruthy();
});
