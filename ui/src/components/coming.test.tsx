// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, expect, it } from "vitest";
import { coming } from "./coming";

afterEach(cleanup);

const Word = ({ word }: { word: string }) => <p>{word}</p>;

it("is drawn at once where its code came ahead", async () => {
  const { Part, ahead } = coming(() => Promise.resolve({ default: Word }));
  await ahead();
  render(<Suspense fallback={<p>waits</p>}><Part word="there" /></Suspense>);
  expect(screen.queryByText("waits")).toBeNull();
  expect(screen.getByText("there")).toBeTruthy();
});

it("is waited for where it did not, and stays the same when it is there", async () => {
  let arrive: (module: { default: typeof Word }) => void = () => undefined;
  const { Part } = coming(() => new Promise<{ default: typeof Word }>((resolve) => { arrive = resolve; }));
  const view = render(<Suspense fallback={<p>waits</p>}><Part word="one" /></Suspense>);
  expect(screen.getByText("waits")).toBeTruthy();
  await act(async () => arrive({ default: Word }));
  const drawn = await screen.findByText("one");
  view.rerender(<Suspense fallback={<p>waits</p>}><Part word="two" /></Suspense>);
  expect(screen.getByText("two")).toBe(drawn);
});
