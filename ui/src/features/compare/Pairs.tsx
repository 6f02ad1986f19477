/** What both runs say, beside each other: a name, the first, the second, and how the one became the other. */
import type { ReactNode } from "react";
import { SIDES, type Side, valueText } from "./differences";
import style from "./compare.module.css";

export interface Pair {
  name: string;
  first: ReactNode;
  second: ReactNode;
  /** "2.1×", "43 s later". */
  change?: ReactNode;
  /** It stands back where what differs is looked for. */
  same?: boolean;
}

interface Props {
  label: string;
  /** What the names are names of, where that is worth a word. */
  what?: string;
  pairs: readonly Pair[];
  /** Names are those of somebody's code. */
  code?: boolean;
}

export function Pairs({ label, what, pairs, code = false }: Props) {
  return (
    <div className={style.pairs} role="table" aria-label={label}>
      <div className={style.pairsHead} role="row">
        <span role="columnheader">{what ?? <span className="pn-unseen">What</span>}</span>
        {SIDES.map((side) => <span key={side} role="columnheader"><SideMark side={side} /></span>)}
        <span role="columnheader"><span className="pn-unseen">Change</span></span>
      </div>
      {pairs.map(({ name, first, second, change, same = false }) => (
        <div key={name} className={style.pair} role="row" data-same={same || undefined}>
          <span role="rowheader" className={style.name} data-code={code || undefined} title={name}><bdi>{name}</bdi></span>
          <span role="cell">{first}</span>
          <span role="cell">{second}</span>
          <span role="cell" className={style.change}>{change}</span>
        </div>
      ))}
    </div>
  );
}

/** Which of the two, in the colour of its bars. */
export function SideMark({ side }: { side: Side }) {
  return <span className={style.side}><i data-side={side} aria-hidden />{side === "first" ? "First" : "Second"}</span>;
}

/** A value as code; `none` where there is none. */
export function Value({ value, none }: { value: unknown; none: string }) {
  if (value === null || value === undefined) return <span className="pn-faint">{none}</span>;
  const text = valueText(value);
  return <code className={style.value} title={text.slice(0, 2_000)}><bdi>{text === "" ? "“”" : text}</bdi></code>;
}

/** Two bars below each other, on one scale for all. */
export function Bars({ first, second, most }: { first: number | null; second: number | null; most: number }) {
  const share = (value: number | null) => (value === null || most <= 0 ? 0 : Math.max(0.004, value / most));
  return (
    <span className={style.bars} aria-hidden>
      <i data-side="first" style={{ width: `${share(first) * 100}%` }} />
      <i data-side="second" style={{ width: `${share(second) * 100}%` }} />
    </span>
  );
}
