/** A figure of Plotly's as a picture, with what it can't show said beside it; or as the JSON that it is kept as. */
import { type KeyboardEvent, memo, type PointerEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";

import { Choice } from "../../../components/Choice";
import { type Figure, figureOf } from "../../../figures/figure";
import { leastHeight, type Picture, pictureOf, type Stop, stopBeside, stopsAt } from "../../../figures/picture";
import { figure as figureText } from "../../../figures/scale";
import type { Shape } from "../../../figures/shapes";
import "./figure.css";

export default function FigureChart({ figure, otherwise }: { figure: unknown; otherwise: ReactNode }) {
  const read = useMemo(() => figureOf(figure), [figure]);
  const [look, setLook] = useState<"chart" | "json">("chart");
  if ("refused" in read) return <><p className="pn-outputs-wait">{refusal(read.refused)} This is what is in it; “File” above downloads it.</p>{otherwise}</>;
  return (
    <div className="pn-figure">
      <div className="pn-figure-bar">
        <Choice label="What to show of the figure" value={look} onChange={setLook} options={[["chart", "Chart"], ["json", "JSON"]]} />
        {read.left.length > 0 && <span className="pn-dim">Not drawn here: {read.left.join(", ")}.</span>}
      </div>
      {look === "chart" ? <Chart figure={read} /> : otherwise}
    </div>
  );
}

function refusal(kinds: readonly string[]): string {
  return kinds.length === 0 ? "This is no figure that can be drawn." : `A figure of a kind that is not drawn here (${kinds.join(", ")}).`;
}

function Chart({ figure }: { figure: Figure }) {
  const holder = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<readonly [number, number]>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(figure.hidden));
  useEffect(() => {
    const element = holder.current!;
    const measure = () => setSize([element.clientWidth, element.clientHeight]);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const picture = useMemo(() => (size === undefined || size[0] < 80 ? undefined : pictureOf(figure, Math.round(size[0]), Math.round(Math.max(size[1], 120)), hidden)), [figure, size, hidden]);
  const toggle = (key: string) => setHidden((before) => {
    const after = new Set(before);
    if (!after.delete(key)) after.add(key);
    return after;
  });
  return (
    <>
      <div ref={holder} className="pn-figure-space" style={{ minHeight: leastHeight(figure) }}>{picture !== undefined && <Drawn picture={picture} figure={figure} />}</div>
      {figure.legend.length > 0 && (
        <div className="pn-figure-legend" role="group" aria-label="What is shown">
          {figure.legend.map(({ key, name, color }) => (
            <button key={`${key} ${name}`} type="button" aria-pressed={!hidden.has(key)} onClick={() => toggle(key)}><i style={{ background: color }} aria-hidden />{name}</button>
          ))}
        </div>
      )}
    </>
  );
}

const WAYS = { ArrowRight: "next", ArrowLeft: "before", ArrowUp: "up", ArrowDown: "down" } as const;

function Drawn({ picture, figure }: { picture: Picture; figure: Figure }) {
  const [told, setTold] = useState<readonly Stop[]>([]);
  const [at, setAt] = useState(-1);
  const stops = useMemo(() => picture.panels.flatMap((panel) => panel.stops), [picture]);
  const moved = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(-1);
    setTold(stopsAt(picture, event.clientX - box.left, event.clientY - box.top));
  };
  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    const way = event.key in WAYS ? WAYS[event.key as keyof typeof WAYS] : undefined;
    if (event.key === "Escape") return setTold([]);
    if (way === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const next = way === undefined ? (event.key === "Home" ? 0 : stops.length - 1) : stopBeside(stops, at, way);
    setAt(next);
    setTold(stops[next] === undefined ? [] : [stops[next]]);
  };
  const shown = at < 0 ? told : told.filter((stop) => stops.includes(stop));
  const name = picture.title === "" ? "A figure that the run made" : picture.title;
  return (
    <div className="pn-figure-drawn" role="application" tabIndex={0} aria-roledescription="chart" aria-label={`${name}: ${stops.length} values, arrow keys go from one to the next`}
      onPointerMove={moved} onPointerLeave={() => setTold([])} onKeyDown={pressed} onBlur={() => setTold([])}>
      <Shapes picture={picture} />
      {shown.length > 0 && <Mark stops={shown} picture={picture} />}
      {figure.ramp !== undefined && (
        <div className="pn-figure-ramp" aria-label={`Colours from ${figureText(figure.ramp.low)} to ${figureText(figure.ramp.high)}`} role="img">
          {figure.ramp.title !== "" && <span className="pn-cut" title={figure.ramp.title}>{figure.ramp.title}</span>}
          <span>{figureText(figure.ramp.high)}</span>
          <i style={{ background: `linear-gradient(to top, ${figure.ramp.stops.map(([stop, color]) => `${color} ${stop * 100}%`).join(", ")})` }} />
          <span>{figureText(figure.ramp.low)}</span>
        </div>
      )}
      <span className="pn-unseen" role="status">{at < 0 ? "" : stops[at]?.words()}</span>
    </div>
  );
}

/** All that stays while the pointer moves. */
const Shapes = memo(function Shapes({ picture }: { picture: Picture }) {
  const clip = useId();
  const { width, height } = picture;
  return (
    <svg className="pn-figure-picture" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden>
      {picture.panels.map(({ id, frame, grid, ground, ticks, shapes, absent }) => (
        <g key={id}>
          <clipPath id={`${clip}${id}`}><rect x={frame.left - 3} y={frame.top - 3} width={Math.max(0, frame.right - frame.left + 6)} height={Math.max(0, frame.bottom - frame.top + 6)} /></clipPath>
          {grid !== "" && <path className="pn-figure-grid" d={grid} />}
          <g clipPath={`url(#${clip}${id})`}>{shapes.map((shape, at) => <Outline key={at} shape={shape} />)}</g>
          {ground !== "" && <path className="pn-figure-ground" d={ground} />}
          {ticks.map((word, at) => <Text key={at} word={word} />)}
          {absent !== "" && <><rect className="pn-figure-absent" x={frame.left} y={frame.top} width={frame.right - frame.left} height={frame.bottom - frame.top} /><text className="pn-figure-name" x={(frame.left + frame.right) / 2} y={(frame.top + frame.bottom) / 2} textAnchor="middle">{absent}</text></>}
        </g>
      ))}
      {picture.over.map((shape, at) => <Outline key={at} shape={shape} />)}
      {picture.words.map((word, at) => <Text key={at} word={word} />)}
    </svg>
  );
});

function Outline({ shape: { d, fill, stroke, width, dash, opacity, round, crisp } }: { shape: Shape }) {
  return (
    <path d={d} style={{ fill: fill ?? "none", ...(stroke !== undefined && { stroke }) }} strokeWidth={width} strokeDasharray={dash} opacity={opacity}
      strokeLinecap={round === true ? "round" : "butt"} strokeLinejoin="round" shapeRendering={crisp === true ? "crispEdges" : undefined} />
  );
}

function Text({ word: { x, y, text, anchor, kind, turned } }: { word: Picture["words"][number] }) {
  return <text className={`pn-figure-${kind}`} x={x} y={y} textAnchor={anchor} {...(turned === true && { transform: `rotate(-90 ${x} ${y})` })}>{text}</text>;
}

/** What is told of the places below the pointer, beside them. */
function Mark({ stops, picture }: { stops: readonly Stop[]; picture: Picture }) {
  const first = stops[0]!;
  const right = first.x > picture.width / 2;
  const low = first.y > picture.height / 2;
  return (
    <>
      <svg className="pn-figure-marks" viewBox={`0 0 ${picture.width} ${picture.height}`} width={picture.width} height={picture.height} aria-hidden>
        {stops.map(({ x, y, color, box }, at) => box === undefined
          ? <circle key={at} cx={x} cy={y} r={5} style={{ fill: color }} />
          : <rect key={at} x={box[0]} y={box[1]} width={box[2] - box[0]} height={box[3] - box[1]} />)}
      </svg>
      <div className="pn-figure-told" aria-hidden style={{ [right ? "right" : "left"]: (right ? picture.width - first.x : first.x) + 12, [low ? "bottom" : "top"]: (low ? picture.height - first.y : first.y) + 8 }}>
        <strong>{first.title}</strong>
        {stops.map(({ color, name, lines }, at) => <span key={at}><i style={{ background: color }} />{name !== "" && <em>{name}</em>}{lines.map((line, i) => <span key={i}>{line}</span>)}</span>)}
      </div>
    </>
  );
}
