import { STATE_LOOK, type State } from "../../domain/states";

interface Stroke {
  path: Path2D;
  as: "fill" | "stroke" | "knock";
  dash: readonly number[];
  alpha: number;
}

const made = new Map<State, Stroke[]>();

/** The same marks as StateIcon's. */
function marksOf(state: State): Stroke[] {
  let marks = made.get(state);
  if (marks === undefined) {
    marks = STATE_LOOK[state].marks.map((mark) => ({ path: new Path2D(mark.d), as: mark.as, dash: mark.dash ?? [], alpha: mark.alpha ?? 1 }));
    made.set(state, marks);
  }
  return marks;
}

/** A state's sign of 16 by 16 with its corner at a place. Where its last mark turns, `turning` leaves that one out. */
export function drawState(context: CanvasRenderingContext2D, state: State, x: number, y: number, color: string, behind: string, turning: boolean): void {
  const marks = marksOf(state);
  const last = turning && STATE_LOOK[state].turns ? marks.length - 1 : marks.length;
  const alpha = context.globalAlpha;
  context.translate(x, y);
  context.lineWidth = 1.7;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (let i = 0; i < last; i++) {
    const mark = marks[i]!;
    context.globalAlpha = alpha * mark.alpha;
    if (mark.as === "fill") {
      context.fillStyle = color;
      context.fill(mark.path);
      continue;
    }
    context.strokeStyle = mark.as === "knock" ? behind : color;
    context.setLineDash(mark.dash as number[]);
    context.stroke(mark.path);
  }
  context.setLineDash([]);
  context.globalAlpha = alpha;
  context.translate(-x, -y);
}

/** The mark that turns, as it stands at a time: one turn in 1.1 s, as in the page's icons. */
export function drawTurning(context: CanvasRenderingContext2D, state: State, x: number, y: number, color: string, time: number): void {
  const mark = marksOf(state).at(-1);
  if (mark === undefined) return;
  context.save();
  context.translate(x + 8, y + 8);
  context.rotate(((time % 1_100) / 1_100) * 2 * Math.PI);
  context.translate(-8, -8);
  context.lineWidth = 1.7;
  context.lineCap = "round";
  context.strokeStyle = color;
  context.stroke(mark.path);
  context.restore();
}
