/** A small line chart as SVG: one figure over the time of a run. Light enough to stand on a page by the dozen. */
import { memo, type PointerEvent, useMemo, useState } from "react";

import { type Dot, nearest, roundUp, thinned } from "./series";

export interface ChartProps {
  /** For readers: what it shows. */
  label: string;
  dots: readonly Dot[];
  /** The span of the x axis, in seconds. */
  from: number;
  to: number;
  /** The top of the y axis; rounded up from the dots without it, so that charts side by side can share it. */
  top?: number | undefined;
  /** Draws the surface below the line. */
  filled?: boolean;
  color: string;
  tell: (y: number) => string;
  tellTime: (x: number) => string;
  height?: number;
}

const WIDTH = 320;
/** Dots of a line that can be told apart at that width. */
const MOST = 320;

export const Chart = memo(function Chart({ label, dots, from, to, top, filled = false, color, tell, tellTime, height = 72 }: ChartProps) {
  const [hover, setHover] = useState<Dot>();
  const least = useMemo(() => dots.reduce((low, dot) => Math.min(low, dot.y), 0), [dots]);
  const most = useMemo(() => top ?? roundUp(dots.reduce((high, dot) => Math.max(high, dot.y), 0)), [dots, top]);
  const span = Math.max(to - from, 1e-9);
  const xOf = (x: number) => ((x - from) / span) * WIDTH;
  const yOf = (y: number) => height - ((y - least) / (most - least || 1)) * (height - 2) - 1;
  const line = useMemo(() => thinned(dots, MOST).map(({ x, y }) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`), [dots, from, to, most, least, height]); // oxlint-disable-line react/exhaustive-deps -- xOf and yOf follow from these
  const moved = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setHover(nearest(dots, from + ((event.clientX - box.left) / box.width) * span));
  };
  const [first, last] = [dots[0], dots.at(-1)];
  return (
    <figure className="pn-chart">
      <div className="pn-chart-told" aria-hidden>
        {hover === undefined ? <><span>{tell(most)}</span><span>{tellTime(to)}</span></> : <><strong>{tell(hover.y)}</strong><span>{tellTime(hover.x)}</span></>}
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" height={height} role="img" aria-label={label} onPointerMove={moved} onPointerLeave={() => setHover(undefined)}>
        <path className="pn-chart-grid" d={`M0 .5H${WIDTH}M0 ${height / 2}H${WIDTH}M0 ${height - 0.5}H${WIDTH}`} />
        {filled && first !== undefined && last !== undefined && (
          <polygon points={`${xOf(first.x)},${height} ${line.join(" ")} ${xOf(last.x)},${height}`} fill={color} opacity={0.14} />
        )}
        {dots.length > 1 && <polyline points={line.join(" ")} fill="none" stroke={color} className="pn-chart-line" />}
        {dots.length === 1 && first !== undefined && <path d={`M${xOf(first.x)} ${yOf(first.y)}h.01`} stroke={color} className="pn-chart-dot" />}
        {hover !== undefined && (
          <>
            <path className="pn-chart-cross" d={`M${xOf(hover.x)} 0V${height}`} />
            <path d={`M${xOf(hover.x)} ${yOf(hover.y)}h.01`} stroke={color} className="pn-chart-dot" />
          </>
        )}
      </svg>
    </figure>
  );
});
