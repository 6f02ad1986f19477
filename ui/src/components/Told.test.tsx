// @vitest-environment jsdom
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tell, Told } from "./Told";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is told stands for a moment; what is told next takes its place and its own time", () => {
  render(<Told />);
  act(() => tell("Link copied"));
  expect(screen.getByRole("status").textContent).toBe("Link copied");
  act(() => void vi.advanceTimersByTime(2_000));
  act(() => tell("It was refused", { wrong: true }));
  act(() => void vi.advanceTimersByTime(5_900));
  expect(screen.getByRole("status").textContent).toBe("It was refused");
  act(() => void vi.advanceTimersByTime(200));
  expect(screen.getByRole("status").textContent).toBe("");
});
