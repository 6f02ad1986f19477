import { describe, expect, it } from "vitest";
import { joined, split, turned } from "./chips";
import { parse } from "./language";

describe("a filter as chips", () => {
  it("leaves what can't be read as a text", () => {
    const { chips, rest } = split('state:failed stat:x -pipeline:orders "no such table" created:soon');
    expect(chips.map(({ key, exclude, values }) => [key, exclude, values])).toEqual([["state", false, ["failed"]], ["pipeline", true, ["orders"]], ["error", false, ["no such table"]]]);
    expect(rest).toBe("stat:x created:soon");
  });

  it("is the same filter when it is put together again", () => {
    for (const text of ['state:failed,running -label:"a b" created:7d boom', 'label:"team=x,y" stat:x', ""]) {
      const { chips, rest } = split(text);
      expect(joined(text, chips, rest)).toBe(text);
    }
  });

  it("takes values of a key into the chip that is there", () => {
    const add = (text: string, more: string) => joined(text, split(text).chips, more);
    expect(add("state:failed pipeline:orders", "state:running,failed")).toBe("state:failed,running pipeline:orders");
    expect(add("state:failed", "-state:running")).toBe("state:failed -state:running");
    expect(add("created:7d", "created:24h boom")).toBe("created:7d created:24h boom");
    expect(add("state:failed", "state:done")).toBe("state:failed state:done");
    expect(add("", "  state:failed ")).toBe("state:failed");
  });

  it("is turned round in its place", () => {
    const text = "a state:failed,warning pipeline:orders";
    const once = turned(text, parse(text)[1]!);
    expect(once).toBe("a -state:failed,warning pipeline:orders");
    expect(turned(once, parse(once)[1]!)).toBe(text);
  });
});
