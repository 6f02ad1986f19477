import { expect, test } from "vitest";
import { type DiffLine, diffLines } from "./diff";

const short = ({ kind, first, second, text }: DiffLine) => `${kind} ${first ?? "-"} ${second ?? "-"} ${text}`.trim();
const marked = ({ text, changed }: DiffLine) => (changed === null ? null : text.slice(...changed));

test("lines have their numbers in both texts", () => {
  const lines = diffLines("@@ -1,3 +1,4 @@\n def f():\n-    return 1\n+    x = 2\n+    return x\n \n@@ -20 +21,2 @@\n last\n+more");
  expect(lines.map(short)).toEqual([
    "same 1 1 def f():", "removed 2 -     return 1", "added - 2     x = 2", "added - 3     return x", "same 3 4",
    "gap - -", "same 20 21 last", "added - 22 more",
  ]);
});

test("what stands before the first lines that are told is a gap", () => {
  expect(diffLines("@@ -7,1 +7,1 @@\n-a\n+b").map(({ kind }) => kind)).toEqual(["gap", "removed", "added"]);
  expect(diffLines("@@ -0,0 +1 @@\n+a").map(short)).toEqual(["added - 1 a"]);
});

test("of a line that replaces another, the part that is another is known", () => {
  const lines = diffLines("@@ -1 +1 @@\n-    time.sleep(0.3)\n+    time.sleep(1.1)");
  expect(lines.map(marked)).toEqual(["0.3", "1.1"]);
});

test("what is only added within a line marks nothing in the line before", () => {
  const lines = diffLines("@@ -1 +1 @@\n-call(a)\n+call(a, b)");
  expect(lines.map(marked)).toEqual(["", ", b"]);
});

test("lines with little in common, and blocks of another length, are not marked", () => {
  expect(diffLines("@@ -1 +1 @@\n-    return total\n+    raise ValueError(text)").map(marked)).toEqual([null, null]);
  expect(diffLines("@@ -1 +1,2 @@\n-call(a)\n+call(b)\n+call(c)").map(marked)).toEqual([null, null, null]);
});

test("code that looks like a sign of the diff stays code; nothing is made of nothing", () => {
  expect(diffLines("@@ -1 +1 @@\n--- a\n+++ a").map(short)).toEqual(["removed 1 - -- a", "added - 1 ++ a"]);
  expect(diffLines("")).toEqual([]);
});
