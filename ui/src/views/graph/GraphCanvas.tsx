/** The graph as a picture: wheel and drag, pinch, keys, hover, a small map. What it shows, the list beside it says too. */
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { onScheme, readPalette } from "../../graph/draw/palette";
import type { Picture } from "../../graph/draw/picture";
import { lineOf } from "../../graph/scene/figures";
import { type Arrow, step } from "../../graph/scene/ways";
import { stateText } from "../../domain/states";
import { listen } from "../canvas/gestures";
import { frameOf, type MiniMap, miniMapOf, needsMap, paintMap } from "./minimap";
import { type Shown, Surface } from "./surface";
import "./graph.css";

export interface GraphHandle {
  fit: () => void;
  zoom: (factor: number) => void;
  /** Brings a node to the middle. */
  look: (node: number) => void;
  reveal: (node: number) => void;
}

interface Props {
  shown: Shown;
  /** What stays where it is when the picture changes: id of a node, or `group:KEY`. */
  anchor: string | undefined;
  /** What it is a graph of, for readers. */
  label: string;
  /** It changes by itself: durations go on. */
  live: boolean;
  onPick: (node: number | null) => void;
  /** What can be done with a node is asked for at a point of the window. */
  onMenu?: ((node: number, x: number, y: number) => void) | undefined;
  /** A group's box or folded node was asked to open or fold. */
  onFold: (key: string) => void;
  ref?: Ref<GraphHandle>;
}

/** A node of a scene, and when it was pointed at. */
interface Pointed {
  scene: Shown["scene"];
  node: number;
  at: number;
}

export function GraphCanvas({ shown, anchor, label, live, onPick, onMenu, onFold, ref }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const surface = useRef<Surface | null>(null);
  const picture = useRef<Picture | null>(null);
  const [map, setMap] = useState<Picture | null>(null);
  const [over, setOver] = useState<Pointed | null>(null);
  const [reached, setReached] = useState<Pointed | null>(null);
  // What was pointed at in another picture is forgotten.
  const hovered = over?.scene === shown.scene ? over : null;
  const focus = reached?.scene === shown.scene ? reached.node : -1;
  const setFocus = (node: number) => setReached(node < 0 ? null : { scene: shown.scene, node, at: 0 });
  const latest = useRef({ shown, onPick, onMenu, onFold });
  useEffect(() => {
    latest.current = { shown, onPick, onMenu, onFold };
  });

  useEffect(() => {
    // A frame may still come when the page has let go of the box.
    const frame = box.current!;
    const made = new Surface(frame, [base.current!, top.current!], (now) => {
      picture.current = now;
      moveFrame(frame, now);
    });
    surface.current = made;
    const stop = listen(frame, {
      wheelZooms: true,
      moved: (dx, dy) => { setOver(null); made.setHover(-1); made.move(dx, dy); },
      zoomed: (at, factor) => made.zoom(factor, at),
      dragging: (on) => frame.toggleAttribute("data-drags", on),
      hovered: (at) => {
        const hit = at === null ? null : made.hit(at);
        const node = hit !== null && "node" in hit ? hit.node : -1;
        made.setHover(node);
        setOver(node < 0 ? null : { scene: latest.current.shown.scene, node, at: Date.now() });
        frame.style.cursor = hit === null ? "" : "pointer";
      },
      clicked: (at) => {
        const hit = made.hit(at);
        if (hit === null) latest.current.onPick(null);
        else if ("group" in hit) latest.current.onFold(latest.current.shown.scene.groups[hit.group]!.key);
        else latest.current.onPick(hit.node);
      },
    });
    const asked = (event: MouseEvent) => {
      const { left, top } = frame.getBoundingClientRect();
      const hit = made.hit({ x: event.clientX - left, y: event.clientY - top });
      if (hit === null || !("node" in hit) || latest.current.onMenu === undefined) return;
      event.preventDefault();
      setOver(null);
      latest.current.onMenu(hit.node, event.clientX, event.clientY);
    };
    frame.addEventListener("contextmenu", asked);
    return () => {
      surface.current = null;
      frame.removeEventListener("contextmenu", asked);
      stop();
      made.end();
    };
  }, []);

  useEffect(() => {
    surface.current?.show(shown, anchor);
    const wait = requestAnimationFrame(() => setMap(picture.current));
    return () => cancelAnimationFrame(wait);
  }, [shown, anchor]);
  useEffect(() => surface.current?.setFocus(focus), [focus]);
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => surface.current?.tick(), 1_000);
    return () => clearInterval(timer);
  }, [live]);
  useImperativeHandle(ref, () => ({
    fit: () => surface.current?.fit(),
    zoom: (factor) => surface.current?.zoom(factor),
    look: (node) => surface.current?.look(node),
    reveal: (node) => surface.current?.reveal(node),
  }), []);

  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = focus >= 0 ? focus : shown.selected;
    if (/^Arrow/.test(event.key)) setFocus(at < 0 ? 0 : step(shown.scene, shown.layout, at, event.key as Arrow, shown.right));
    else if ((event.key === "Enter" || event.key === " ") && focus >= 0) onPick(focus);
    else if (event.key === "Escape" && (focus >= 0 || shown.selected >= 0)) {
      setFocus(-1);
      if (focus < 0) onPick(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="pn-graph">
      <div
        ref={box} className="pn-graph-stage" tabIndex={0} role="application" aria-roledescription="graph" onKeyDown={keys} onBlur={() => setFocus(-1)}
        aria-label={`${label}. Arrow keys walk along its edges, Enter opens what is reached. The list beside it says the same.`}
      >
        <canvas ref={base} aria-hidden />
        <canvas ref={top} aria-hidden />
      </div>
      <div className="pn-unseen" aria-live="polite">{focus >= 0 && spoken(shown, focus)}</div>
      {hovered !== null && <Tip shown={shown} pointed={hovered} place={surface.current?.place(hovered.node) ?? null} room={box.current?.clientWidth ?? 0} />}
      {map !== null && <Map picture={map} onLook={(x, y) => surface.current?.center({ x, y })} />}
    </div>
  );
}

function spoken({ scene, figures }: Shown, node: number): string {
  const { kind, name } = scene.nodes[node]!;
  const figure = figures[node]!;
  const state = figure.state === null ? "" : `, ${stateText(figure.state, figure.reason)}`;
  return `${kind} ${name}${state}`;
}

/** All that a node says, where it is too small or too long to be read on itself. */
function Tip({ shown, pointed: { node, at }, place, room }: { shown: Shown; pointed: Pointed; place: ReturnType<Surface["place"]>; room: number }) {
  if (place === null) return null;
  const { name, kind } = shown.scene.nodes[node]!;
  const figure = shown.figures[node]!;
  const line = lineOf(shown.scene.nodes[node]!, figure, at);
  const left = Math.max(8, Math.min(place.x, room - 320));
  const below = place.y < 96;
  return (
    <div className="pn-graph-tip" role="presentation" style={below ? { left, top: place.y + place.height + 10 } : { left, top: place.y - 10, transform: "translateY(-100%)" }}>
      <strong dir="auto">{name}</strong>
      <span>{kind}{line === "" ? "" : ` · ${line}`}</span>
      {figure.reason !== null && figure.state !== null && <span>{stateText(figure.state, figure.reason)}</span>}
    </div>
  );
}

function moveFrame(box: HTMLElement, { layout, camera, window }: Picture): void {
  const holder = box.parentElement?.querySelector<HTMLElement>(".pn-graph-map");
  if (!holder) return;
  const map = miniMapOf(layout);
  const { left, top, width, height } = frameOf(map, camera, window);
  holder.hidden = !needsMap(layout, camera, window);
  const frame = holder.lastElementChild as HTMLElement;
  Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
}

function Map({ picture, onLook }: { picture: Picture; onLook: (x: number, y: number) => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const map: MiniMap = miniMapOf(picture.layout);
  useEffect(() => {
    const draw = () => paintMap(canvas.current!, miniMapOf(picture.layout), { ...picture, palette: readPalette(holder.current!) });
    draw();
    moveFrame(holder.current!, picture);
    return onScheme(draw);
  }, [picture]);
  const look = (event: { clientX: number; clientY: number }) => {
    const at = holder.current!.getBoundingClientRect();
    onLook((event.clientX - at.left - 5) / map.scale, (event.clientY - at.top - 5) / map.scale);
  };
  return (
    <div
      ref={holder} className="pn-graph-map" aria-hidden hidden
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); look(event); }}
      onPointerMove={(event) => { if (event.buttons & 1) look(event); }}
    >
      <canvas ref={canvas} style={{ width: map.width, height: map.height }} />
      <span className="pn-graph-frame" />
    </div>
  );
}
