import { expect, test } from "vitest";
import { NO_TICKS, ticked } from "./ticks";

const ids = ["a", "b", "c", "d"];
const all = (ticks: { ticked: ReadonlySet<string> }) => [...ticks.ticked].sort().join("");

test("one, again, and a range both ways", () => {
  const b = ticked(NO_TICKS, ids, "b", false);
  expect(all(b)).toBe("b");
  expect(all(ticked(b, ids, "b", false))).toBe("");
  expect(all(ticked(b, ids, "d", true))).toBe("bcd");
  expect(all(ticked(b, ids, "a", true))).toBe("ab");
  const off = ticked(ticked(b, ids, "d", true), ids, "c", false);
  expect(all(ticked(off, ids, "d", true))).toBe("b");
});

test("a range from a row that is gone ticks one", () => {
  expect(all(ticked({ ticked: new Set(["x"]), anchor: "x" }, ids, "c", true))).toBe("cx");
});
