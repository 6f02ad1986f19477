/** The order of columns, by their keys. Pure. */

/** With one more, after the nearest that stands before it in the usual order of `all`. */
export function withColumn(keys: readonly string[], key: string, all: readonly string[]): string[] {
  const before = all.slice(0, all.indexOf(key)).findLast((one) => keys.includes(one));
  const place = before === undefined ? 0 : keys.indexOf(before) + 1;
  return [...keys.slice(0, place), key, ...keys.slice(place)];
}

/** With one of them moved by so many places; it stops at the ends. */
export function shifted(keys: readonly string[], key: string, by: number): string[] {
  const from = keys.indexOf(key);
  return from < 0 ? [...keys] : putAt(keys, key, Math.min(keys.length - 1, Math.max(0, from + by)));
}

/** With one of them where another stands: before it when it comes from behind, else after it. */
export function dropped(keys: readonly string[], key: string, on: string): string[] {
  return keys.includes(key) && keys.includes(on) ? putAt(keys, key, keys.indexOf(on)) : [...keys];
}

function putAt(keys: readonly string[], key: string, place: number): string[] {
  const others = keys.filter((one) => one !== key);
  return [...others.slice(0, place), key, ...others.slice(place)];
}
