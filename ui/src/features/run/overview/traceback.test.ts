import { expect, test } from "vitest";
import { culprit, folded, partsOf, shortFile } from "./traceback";

const DEEP = `Traceback (most recent call last):
  File "/home/a/shop/orders.py", line 12, in clean
    return frame.astype({"price": float})
           ~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^
  File "/home/a/.venv/lib/python3.11/site-packages/pandas/core/generic.py", line 6640, in astype
    res_col = col.astype(dtype=cdt, copy=copy, errors=errors)
  File "/home/a/.venv/lib/python3.11/site-packages/pandas/core/internals/managers.py", line 430, in astype
    return self.apply(
ValueError: could not convert string to float: 'n/a'
  in column price

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
KeyError: 'a'
`;

test("frames and words in their order", () => {
  const parts = partsOf(DEEP);
  expect(parts.map((part) => (part.kind === "frame" ? part.line : part.lines.length))).toEqual([1, 12, 6640, 430, 6, 355, 1]);
  expect(parts[1]).toEqual({
    kind: "frame", file: "/home/a/shop/orders.py", line: 12, name: "clean", own: true,
    code: ['return frame.astype({"price": float})', "       ~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^"],
  });
});

test("the culprit is the innermost frame of one's own code", () => {
  expect(culprit(partsOf(DEEP))?.line).toBe(12);
  expect(culprit(partsOf("KeyError: 'a'"))).toBeUndefined();
});

test("library frames in a row are folded, single ones are not", () => {
  expect(folded(partsOf(DEEP)).map((part) => (part.kind === "fold" ? part.frames.length : part.kind))).toEqual([
    "words", "frame", 2, "words", "frame", "words",
  ]);
});

test("without a frame of one's own nothing is folded", () => {
  const only = DEEP.split("\n").slice(4).join("\n");
  expect(folded(partsOf(only)).some((part) => part.kind === "fold")).toBe(false);
});

test("all that was told is kept", () => {
  const text = partsOf(DEEP).flatMap((part) => (part.kind === "frame" ? part.code : part.lines)).join("\n");
  for (const words of ["in column price", "During handling", "KeyError: 'a'", "~~~^^^"]) expect(text).toContain(words);
});

test("a syntax error's frame has no name", () => {
  expect(partsOf('  File "/home/a/x.py", line 3\n    def (\n        ^\nSyntaxError: invalid syntax')[0]).toMatchObject({
    name: "", line: 3, code: ["def (", "    ^"],
  });
});

test("a path is told by its end", () => {
  expect(shortFile("/home/a/shop/orders.py")).toBe("…/shop/orders.py");
  expect(shortFile("orders.py")).toBe("orders.py");
});
