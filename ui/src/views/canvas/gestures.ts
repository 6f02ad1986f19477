/** Wheel, dragging and pinching on a canvas, as moves and zooms. Used by the graph and the Gantt chart. */
export interface Place {
  x: number;
  y: number;
}

export interface Gestures {
  /** Dragged or rolled by so many pixels. */
  moved: (dx: number, dy: number) => void;
  zoomed: (at: Place, factor: number) => void;
  /** Pressed and let go without dragging. */
  clicked: (at: Place, event: PointerEvent) => void;
  /** The pointer is here, or nowhere. */
  hovered: (at: Place | null) => void;
  dragging?: (on: boolean) => void;
  /** Whether the wheel alone zooms; else only with Ctrl, and it rolls otherwise. */
  wheelZooms: boolean;
}

/** Pixels that a finger or mouse may slip while it clicks. */
const SLIP = 4;

/** Listens on an element until the answer is called. */
export function listen(element: HTMLElement, gestures: Gestures): () => void {
  const held = new Map<number, Place>();
  let began: Place | null = null;
  let dragged = false;
  const placeOf = (event: { clientX: number; clientY: number }): Place => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // A pinch on a touch pad comes as a wheel with Ctrl.
    const zooms = event.ctrlKey || event.metaKey || (gestures.wheelZooms && !event.shiftKey);
    if (zooms) gestures.zoomed(placeOf(event), Math.exp(-clamp(dy, 120) * (event.ctrlKey && Math.abs(dy) < 40 ? 0.01 : 0.0016)));
    else if (event.shiftKey && dx === 0) gestures.moved(-dy, 0);
    else gestures.moved(-dx, -dy);
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 && event.button !== 1) return;
    element.setPointerCapture(event.pointerId);
    held.set(event.pointerId, placeOf(event));
    if (held.size === 1) [began, dragged] = [placeOf(event), false];
    else dragged = true;
  };
  const move = (event: PointerEvent) => {
    const before = held.get(event.pointerId);
    const now = placeOf(event);
    if (before === undefined || began === null) {
      if (event.pointerType !== "touch") gestures.hovered(now);
      return;
    }
    if (!dragged && Math.hypot(now.x - began.x, now.y - began.y) < SLIP) return;
    if (!dragged) gestures.dragging?.(true);
    dragged = true;
    held.set(event.pointerId, now);
    if (held.size === 1) gestures.moved(now.x - before.x, now.y - before.y);
    else if (held.size === 2) pinch(gestures, held, event.pointerId, before, now);
  };
  const up = (event: PointerEvent) => {
    if (!held.delete(event.pointerId)) return;
    if (held.size > 0) return;
    if (!dragged && event.type === "pointerup") gestures.clicked(placeOf(event), event);
    else gestures.dragging?.(false);
    began = null;
  };
  const leave = () => gestures.hovered(null);

  element.addEventListener("wheel", wheel, { passive: false });
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("pointerleave", leave);
  return () => {
    element.removeEventListener("wheel", wheel);
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    element.removeEventListener("pointerleave", leave);
  };
}

/** Two fingers: their middle moves the picture, their distance zooms it. */
function pinch(gestures: Gestures, held: ReadonlyMap<number, Place>, moved: number, before: Place, now: Place): void {
  const other = [...held].find(([id]) => id !== moved)?.[1];
  if (other === undefined) return;
  const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(now.x - other.x, now.y - other.y)];
  gestures.moved((now.x - before.x) / 2, (now.y - before.y) / 2);
  if (was > 8) gestures.zoomed({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, is / was);
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}
