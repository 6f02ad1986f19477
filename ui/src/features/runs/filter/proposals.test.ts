import { expect, test } from "vitest";
import { proposals } from "./proposals";

const known = { pipeline: ["orders", "old orders", "prices"], label: ["team=data"] };
const words = (text: string, caret = text.length) => proposals(text, caret, known).map((one) => one.word);

test("keys, then their values", () => {
  expect(words("")).toContain("state:");
  expect(words("du")).toEqual(["duration:"]);
  expect(words("-la")).toEqual(["-label:"]);
  expect(words("state:fa")).toEqual(["failed"]);
  expect(words("pipeline:ord")).toEqual(["orders", "old orders"]);
  expect(words("pipeline:orders,pri")).toEqual(["prices"]);
  expect(words("colour:")).toEqual([]);
  expect(words('"no such ta')).toEqual([]);
});

test("what is taken goes in at the caret, quoted where it has to be", () => {
  const [, old] = proposals("pipeline:ord tag:x", 12, known);
  expect(old).toMatchObject({ text: 'pipeline:"old orders" tag:x', caret: 21, whole: true });
  expect(proposals("sta", 3, known)[0]).toMatchObject({ text: "state:", caret: 6, whole: false });
  expect(proposals("state:failed,warn", 17, known)[0]).toMatchObject({ text: "state:failed,warning " });
});
