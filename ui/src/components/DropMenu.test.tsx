// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { DropMenu, MenuItem } from "./DropMenu";

beforeAll(() => {
  // jsdom has none.
  window.matchMedia ??= (() => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined })) as never;
});
afterEach(cleanup);

function show() {
  const [first, ticked] = [vi.fn(), vi.fn()];
  render(
    <MantineProvider>
      <DropMenu label="Export" icon={null}>
        <MenuItem onSelect={first}>One</MenuItem>
        <MenuItem checked={false} onSelect={ticked}>Two</MenuItem>
        <MenuItem href="/three">Three</MenuItem>
      </DropMenu>
      <p>elsewhere</p>
    </MantineProvider>,
  );
  return { first, ticked, button: screen.getByRole("button", { name: "Export" }) };
}
const press = (key: string) => fireEvent.keyDown(document.activeElement!, { key });

test("keys open it, walk around in it, and close it where it was opened", () => {
  const { button } = show();
  button.focus();
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("One");
  press("ArrowUp");
  expect(document.activeElement?.textContent).toBe("Three");
  press("Home");
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("Two");
  press("Escape");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(button);
});

test("an item acts and closes; one that can be ticked stays open; a click elsewhere closes", () => {
  const { first, ticked, button } = show();
  fireEvent.click(button);
  fireEvent.click(screen.getByRole("menuitemcheckbox", { name: "Two" }));
  expect(ticked).toHaveBeenCalledOnce();
  fireEvent.click(screen.getByRole("menuitem", { name: "One" }));
  expect(first).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
  fireEvent.click(button);
  fireEvent.pointerDown(screen.getByText("elsewhere"));
  expect(screen.queryByRole("menu")).toBeNull();
});
