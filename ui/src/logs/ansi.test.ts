import { expect, test } from "vitest";
import { parse, PLAIN, strip } from "./ansi";
import { pieces, places, SHOWN, visible } from "./text";

const ESC = "\x1b";

test("text without sequences is one plain piece", () => {
  expect(parse("rows 12")).toEqual([{ text: "rows 12", style: PLAIN }]);
  expect(parse("")).toEqual([]);
});

test("colours and faces begin and end", () => {
  expect(parse(`a${ESC}[1;31mb${ESC}[22mc${ESC}[39md${ESC}[97;44me${ESC}[mf`)).toEqual([
    { text: "a", style: {} },
    { text: "b", style: { bold: true, color: 1 } },
    { text: "c", style: { color: 1 } },
    { text: "d", style: {} },
    { text: "e", style: { color: 15, ground: 4 } },
    { text: "f", style: {} },
  ]);
});

test("colours by number and by parts, also with colons", () => {
  const colours = ["38;5;9", "38;5;196", "38;5;244", "38;2;1;2;255", "38:2:16:32:48"].map((codes) => parse(`${ESC}[${codes}mx`)[0]?.style.color);
  expect(colours).toEqual([9, "#ff0000", "#808080", "#0102ff", "#102030"]);
});

test.each(["38;5;999", "38;2;1;2", "38;2;1;2;300", "38", "777", "?25"])("codes that mean nothing change nothing: %s", (codes) => {
  expect(parse(`${ESC}[${codes}mx`).map((span) => span.text).join("")).toBe("x");
  expect(parse(`${ESC}[${codes}mx`)[0]?.style.color).toBeUndefined();
});

test("what steers a terminal is taken out: cursors, titles, links, reports, an unended one", () => {
  const hostile = `a${ESC}[2J${ESC}[1;1Hb${ESC}]0;title\x07c${ESC}]8;;http://x${ESC}\\d${ESC}]8;;${ESC}\\e${ESC}Pq${ESC}\\f${ESC}cg\x9b31mh${ESC}`;
  expect(strip(hostile)).toBe("abcdefgh");
  expect(parse(hostile).map((span) => span.text).join("")).toBe("abcdefgh");
  expect(strip(`${ESC}]0;never ended`)).toBe("]0;never ended");
});

test("characters that can't be seen are made visible, one for one", () => {
  expect(visible("a\0b\x07c\td\u202ee\x7f")).toBe("a␀b␇c\td\ufffde␡");
});

test("places of a text in any case, without overlap", () => {
  expect(places("Error: ERROR error", "error")).toEqual([0, 7, 13]);
  expect(places("aaaa", "aa")).toEqual([0, 2]);
  expect(places("anything", "")).toEqual([]);
  expect(places("İstanbul: İzmir", "izmir")).toEqual([]);
  expect(places("İ x ISTANBUL", "istanbul")).toEqual([4]);
});

test("a match is set off across colours", () => {
  expect(pieces(`no ${ESC}[31mER${ESC}[0mROR here`, "error")).toEqual([
    { text: "no ", style: {}, found: false },
    { text: "ER", style: { color: 1 }, found: true },
    { text: "ROR", style: {}, found: true },
    { text: " here", style: {}, found: false },
  ]);
});

test("a huge line is cut, and says so", () => {
  const shown = pieces("x".repeat(SHOWN + 2_500), "");
  expect(shown[0]?.text).toHaveLength(SHOWN);
  expect(shown.at(-1)?.text).toContain("2,500 more characters");
});
