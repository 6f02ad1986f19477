// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { Problems } from "./Problems";

afterEach(cleanup);

const problem = (file: string, line: number | null): Schemas["DefinitionProblem"] => ({ file, line, message: "no", cure: null, at: "2026-03-01T10:00:00Z" });

test("a file and a project are told in words of their own", () => {
  render(<Problems problems={[problem("flows.py", 3), problem("shop/pyproject.toml", null), problem("new.py", 1)]} held={(file) => file !== "new.py"} />);
  const told = screen.getByRole("alert").textContent;
  expect(told).toContain("flows.py:3 can’t be read; what it held before stays in use.");
  expect(told).toContain("new.py:1 can’t be read.");
  expect(told).toContain("shop/pyproject.toml is of a Kedro project that can’t be opened as a whole; what it held before");
});
