import { expect, test } from "vitest";
import { ranked } from "./ranked";

const entries = ["orders", "shop / reorders", "old orders", "prices", "one road"].map((word) => ({ key: word, word, kind: "", act: () => undefined }));
const found = (text: string) => ranked(entries, text).map((entry) => entry.word);

test("beginnings come before words, words before parts, parts before scattered characters", () => {
  expect(found("ord")).toEqual(["orders", "old orders", "shop / reorders", "one road"]);
  expect(found("PRI")).toEqual(["prices"]);
  expect(found("xyz")).toEqual([]);
  expect(found(" ")).toHaveLength(5);
});
