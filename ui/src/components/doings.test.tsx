// @vitest-environment jsdom
import { act, cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { useDoings, useDoingsHere } from "./doings";

afterEach(cleanup);

function Place({ word }: { word: string }) {
  useDoings([{ key: word, word, act: () => undefined }]);
  return null;
}

function Palette() {
  return <p>{useDoingsHere().map(({ word }) => word).join()}</p>;
}

it("what a place offers shows in a palette that was opened before the place was there", () => {
  const shown = render(<Palette />);
  expect(shown.container.textContent).toBe("");
  const place = render(<Place word="Cancel all" />);
  expect(shown.container.textContent).toBe("Cancel all");
  act(() => place.unmount());
  expect(shown.container.textContent).toBe("");
});
