/** Error bars: how far up and down each value may be (https://plotly.com/javascript/reference/scatter/#scatter-error_y). */
import { colorOf, isTold, numberOf, type Told, valuesOf, wordOf } from "./values";

/** From each value to `from` and to `to`, along the axis of x or of y; `places` are theirs along the other. */
export interface Errors {
  kind: "errors";
  key: string;
  name: string;
  color: string;
  letter: "x" | "y";
  places: readonly number[];
  values: readonly number[];
  from: readonly number[];
  to: readonly number[];
  width: number;
  /** Pixels from the middle of a cap to its end. */
  cap: number;
  /** The values tell of it. */
  silent: true;
}

type Reach = (value: number, at: number) => number;

/** How far each value reaches below and above; undefined where nothing is told of it. */
function reachOf(told: unknown): { down: Reach; up: Reach } | undefined {
  if (!isTold(told) || told["visible"] === false) return undefined;
  const kind = wordOf(told["type"]) ?? (told["array"] === undefined ? "percent" : "data");
  if (kind === "sqrt") return { down: (value) => Math.sqrt(Math.abs(value)), up: (value) => Math.sqrt(Math.abs(value)) };
  if (kind === "data") {
    const [up, down] = [told["array"], told["arrayminus"]].map((each) => valuesOf(each).map((value) => (value === null ? NaN : Number(value))));
    if (up!.length === 0) return undefined;
    const lower = told["symmetric"] === false || (told["symmetric"] === undefined && down!.length > 0) ? down! : up!;
    return { down: (_, at) => lower[at] ?? NaN, up: (_, at) => up![at] ?? NaN };
  }
  if (told["value"] === undefined && told["visible"] !== true) return undefined;
  const up = numberOf(told["value"]) ?? 10;
  const own = numberOf(told["valueminus"]);
  const down = told["symmetric"] === true ? up : (own ?? up);
  const share = (part: number): Reach => (kind === "percent" ? (value) => Math.abs(value * part) / 100 : () => part);
  return { down: share(down), up: share(up) };
}

/** The error bars of values: those along x, those along y, as far as they are told. */
export function errorsOf(told: Told, { key, name, color }: { key: string; name: string; color: string }, xs: readonly number[], ys: readonly number[]): Errors[] {
  return (["x", "y"] as const).flatMap((letter): Errors[] => {
    const bar = told[`error_${letter}`];
    const reach = reachOf(bar);
    if (reach === undefined) return [];
    const [values, places] = letter === "x" ? [xs, ys] : [ys, xs];
    const style = isTold(bar) ? bar : {};
    return [{
      kind: "errors", silent: true, key, name, letter, places, values, color: colorOf(style["color"]) ?? color, width: Math.min(6, numberOf(style["thickness"]) ?? 1.5), cap: Math.min(20, numberOf(style["width"]) ?? 4),
      from: values.map((value, at) => value - reach.down(value, at)), to: values.map((value, at) => value + reach.up(value, at)),
    }];
  });
}

/** How far the value at a place reaches, for words: "± 2", "+2 −1"; undefined where it does not. */
export function spreadOf(errors: readonly Errors[], letter: "x" | "y", at: number, figure: (value: number) => string): string | undefined {
  const found = errors.find((each) => each.letter === letter);
  if (found === undefined) return undefined;
  const [up, down] = [found.to[at]! - found.values[at]!, found.values[at]! - found.from[at]!];
  if (!Number.isFinite(up) && !Number.isFinite(down)) return undefined;
  if (figure(up) === figure(down)) return `± ${figure(up)}`;
  return [Number.isFinite(up) ? `+${figure(up)}` : "", Number.isFinite(down) ? `−${figure(down)}` : ""].filter((part) => part !== "").join(" ");
}
