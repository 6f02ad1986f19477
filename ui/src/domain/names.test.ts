import { expect, test } from "vitest";
import { calledOf, calledText } from "./names";

test("the namespace stands before the name where it tells something", () => {
  expect(calledText("default", "orders")).toBe("orders");
  expect(calledText("shop", "orders")).toBe("shop / orders");
  expect(calledOf("spaceflights", "__default__")).toEqual({ before: null, name: "spaceflights" });
  expect(calledText("spaceflights", "reporting")).toBe("spaceflights / reporting");
  expect(calledText("default", "__default__")).toBe("__default__");
});
