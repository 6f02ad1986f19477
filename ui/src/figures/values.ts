/** What the JSON of a figure holds, read with care: it was made by anybody's code. */

export type Value = string | number | null;
export type Values = readonly Value[];
export type Told = Readonly<Record<string, unknown>>;

export function isTold(value: unknown): value is Told {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The inner object of that name, empty where there is none. */
export function within(told: unknown, ...names: readonly string[]): Told {
  const found = names.reduce<unknown>((outer, name) => (isTold(outer) ? outer[name] : undefined), told);
  return isTold(found) ? found : {};
}

const ARRAYS: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number>>> = {
  i1: (bytes) => new Int8Array(bytes), u1: (bytes) => new Uint8Array(bytes), i2: (bytes) => new Int16Array(bytes), u2: (bytes) => new Uint16Array(bytes),
  i4: (bytes) => new Int32Array(bytes), u4: (bytes) => new Uint32Array(bytes), f4: (bytes) => new Float32Array(bytes), f8: (bytes) => new Float64Array(bytes),
};

/** A list, or the packed form of numbers that Plotly writes since version 6 (`dtype`, `bdata` in base 64). */
export function valuesOf(told: unknown): Values {
  if (Array.isArray(told)) return told.length > 0 && told.every(Array.isArray) ? joined(told as unknown[][]) : told.map(valueOf);
  if (!isTold(told) || typeof told["bdata"] !== "string") return [];
  const read = ARRAYS[String(told["dtype"])];
  if (read === undefined) return [];
  try {
    return Array.from(read(Uint8Array.from(atob(told["bdata"]), (sign) => sign.charCodeAt(0)).buffer), valueOf);
  } catch {
    return []; // no base 64, or half a number
  }
}

/** Categories of several floors, one list a floor. */
function joined(floors: readonly (readonly unknown[])[]): Values {
  const most = Math.max(...floors.map((floor) => floor.length));
  return Array.from({ length: most }, (_, at) => floors.map((floor) => String(floor[at] ?? "")).join(" · "));
}

/** Beyond it, the room around values is no number any more. */
const LARGEST = 1e300;

function valueOf(value: unknown): Value {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return Math.abs(Number(value)) < LARGEST ? Number(value) : null;
  return value === null || value === undefined ? null : String(value as boolean);
}

/** Rows of a table of numbers: lists of lists, or packed with a `shape` of "rows, columns". */
export function rowsOf(told: unknown): Values[] {
  if (Array.isArray(told)) return told.map(valuesOf);
  const values = valuesOf(told);
  const width = isTold(told) ? Number(String(told["shape"]).split(",")[1]) : NaN;
  if (!(width > 0)) return [];
  return Array.from({ length: Math.ceil(values.length / width) }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** A title is a text or an object with one. Marks such as <b> are left out. */
export function textOf(told: unknown): string {
  const text = isTold(told) ? told["text"] : told;
  return typeof text === "string" ? text.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "") : "";
}

export function wordOf(told: unknown): string | undefined {
  return typeof told === "string" ? told : undefined;
}

export function numberOf(told: unknown): number | undefined {
  const number = typeof told === "bigint" ? Number(told) : told; // a chart has no room for its last digits
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Two numbers, such as the part of the paper that an axis takes. */
export function pairOf(told: unknown): readonly [number, number] | undefined {
  const [from, to] = Array.isArray(told) ? told.map(numberOf) : [];
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** A colour as CSS knows it. Nothing that would name an address gets through. */
export function colorOf(told: unknown): string | undefined {
  return typeof told === "string" && /^(#[0-9a-f]{3,8}|(rgb|hsl)a?\([\d.,%\s/]+\)|[a-z]+)$/i.test(told) ? told : undefined;
}

/** The number that a text such as "2026-03-01 08:00" stands for as a moment; without a zone it is shown as it is written. */
export function momentOf(value: Value): number {
  if (typeof value !== "string") return value ?? NaN;
  const text = value.trim().replace(" ", "T").replace(/(\.\d{3})\d+/, "$1");
  return Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);
}
