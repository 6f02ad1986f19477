/** Names and values below each other; long ones are cut, and seen whole under the pointer. */
import type { ReactNode } from "react";

/** Name, what is shown, and the whole text where that may be cut. */
export type Fact = [string, ReactNode, string?];

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="pn-facts">
      {facts.map(([name, value, whole]) => (
        <div key={name}><dt className="pn-cut" title={name}>{name}</dt><dd title={whole}><bdi>{value}</bdi></dd></div>
      ))}
    </dl>
  );
}
