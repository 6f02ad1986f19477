import { durationText } from "../../domain/formats";
import { stepOf, ticksOf, tickText } from "../ticks";
import { drawBars } from "./bars";
import { HEAD, ROW, rowsIn, xOf, type Chart } from "./chart";

/** Draws a chart: grid, rows, bars, the critical path, the time above, now. */
export function paintChart(context: CanvasRenderingContext2D, chart: Chart, ratio: number): void {
  const { palette, width, height } = chart;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, height);
  drawRows(context, chart);
  const marks = marksOf(chart);
  drawGrid(context, chart, marks);
  context.save();
  context.beginPath();
  context.rect(0, HEAD, width, height - HEAD);
  context.clip();
  drawBars(context, chart);
  drawPath(context, chart);
  context.restore();
  drawNow(context, chart);
  drawHead(context, chart, marks);
}

function drawRows(context: CanvasRenderingContext2D, chart: Chart): void {
  const [first, last] = rowsIn(chart);
  for (let i = first; i < last; i++) {
    const row = chart.rows[i]!;
    const top = HEAD + i * ROW - chart.scroll;
    const chosen = row.key === chart.selected;
    if (!chosen && i !== chart.hover && i % 2 === 0) continue;
    context.globalAlpha = chosen || i === chart.hover ? 1 : 0.4;
    context.fillStyle = chosen ? chart.palette.accentSoft : chart.palette.raised;
    context.fillRect(0, top, chart.width, ROW);
  }
  context.globalAlpha = 1;
}

interface Mark {
  x: number;
  words: string;
}

/** Marks between folded gaps, so that each is at a time that is shown in full. */
function marksOf(chart: Chart): Mark[] {
  const { axis, frame, width } = chart;
  const step = stepOf(frame.perPixel);
  const marks: Mark[] = [];
  const [left, right] = [axis.time(frame.from) - axis.start, axis.time(frame.from + width * frame.perPixel) - axis.start];
  let from = Math.max(left, Math.min(0, left) === left ? 0 : left);
  const stretches: [number, number][] = [];
  for (const gap of axis.gaps) {
    if (gap.from - axis.start > from) stretches.push([from, Math.min(right, gap.from - axis.start)]);
    from = Math.max(from, gap.to - axis.start);
  }
  stretches.push([from, right]);
  for (const [a, b] of stretches) {
    for (const tick of ticksOf(a, b, step)) {
      const x = xOf(chart, axis.start + tick);
      const before = marks.at(-1);
      if (before === undefined || x - before.x > 56) marks.push({ x, words: tickText(tick, step) });
    }
  }
  return marks;
}

function drawGrid(context: CanvasRenderingContext2D, chart: Chart, marks: readonly Mark[]): void {
  context.strokeStyle = chart.palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { x } of marks) {
    context.moveTo(Math.round(x) + 0.5, HEAD);
    context.lineTo(Math.round(x) + 0.5, chart.height);
  }
  context.stroke();
  for (const gap of chart.axis.gaps) drawGap(context, chart, xOf(chart, gap.from), xOf(chart, gap.to));
}

function drawGap(context: CanvasRenderingContext2D, chart: Chart, from: number, to: number): void {
  if (to < 0 || from > chart.width) return;
  context.fillStyle = chart.palette.raised;
  context.fillRect(from, HEAD, to - from, chart.height - HEAD);
  context.strokeStyle = chart.palette.lineStrong;
  context.setLineDash([2, 3]);
  context.beginPath();
  for (const x of [from, to]) {
    context.moveTo(Math.round(x) + 0.5, HEAD);
    context.lineTo(Math.round(x) + 0.5, chart.height);
  }
  context.stroke();
  context.setLineDash([]);
}

function drawHead(context: CanvasRenderingContext2D, chart: Chart, marks: readonly Mark[]): void {
  const { palette, width } = chart;
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, HEAD);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, HEAD - 0.5);
  context.lineTo(width, HEAD - 0.5);
  for (const { x } of marks) {
    context.moveTo(Math.round(x) + 0.5, HEAD - 5);
    context.lineTo(Math.round(x) + 0.5, HEAD);
  }
  context.stroke();
  context.font = `400 11px ${palette.font}`;
  context.textBaseline = "middle";
  const labels = gapLabels(context, chart);
  context.fillStyle = palette.dim;
  for (const { x, words } of marks) {
    const [left, room] = [x < 14 ? Math.max(2, x) : x, context.measureText(words).width];
    const [from, to] = x < 14 ? [left, left + room] : [left - room / 2, left + room / 2];
    context.textAlign = x < 14 ? "left" : "center";
    if (x > -20 && x < width - 16 && !labels.some((label) => from < label.to && to > label.from)) context.fillText(words, left, HEAD / 2 - 1);
  }
  context.textAlign = "center";
  for (const { from, to, words } of labels) {
    context.fillStyle = palette.raised;
    context.fillRect(from, 4, to - from, HEAD - 10);
    context.fillStyle = palette.faint;
    context.fillText(words, (from + to) / 2, HEAD / 2 - 1);
  }
}

/** How long the folded gaps are, each label at its gap or right behind the one before; where that is too far off, none. */
function gapLabels(context: CanvasRenderingContext2D, chart: Chart): { from: number; to: number; words: string }[] {
  const labels: { from: number; to: number; words: string }[] = [];
  for (const gap of chart.axis.gaps) {
    const [left, right] = [xOf(chart, gap.from), xOf(chart, gap.to)];
    if (right < 0 || left > chart.width) continue;
    const words = `${durationText((gap.to - gap.from) / 1000)} idle`;
    const room = context.measureText(words).width + 10;
    const middle = Math.min(chart.width - room / 2, Math.max(room / 2, (left + right) / 2));
    const from = Math.max(middle - room / 2, (labels.at(-1)?.to ?? -Infinity) + 2);
    if (from <= middle) labels.push({ from, to: from + room, words });
  }
  return labels;
}

function drawNow(context: CanvasRenderingContext2D, chart: Chart): void {
  if (!chart.live) return;
  const x = xOf(chart, chart.now);
  if (x < 0 || x > chart.width) return;
  context.strokeStyle = chart.palette.accent;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, HEAD);
  context.lineTo(Math.round(x) + 0.5, chart.height);
  context.stroke();
}

/** The critical path as a line from the end of each of its bars to the start of the next. */
function drawPath(context: CanvasRenderingContext2D, chart: Chart): void {
  if (chart.critical === null || chart.critical.length === 0) return;
  const place = new Map(chart.rows.map((row, i) => [row.key, i]));
  const middle = (key: string, task: string) => {
    const i = place.get(key) ?? place.get(task);
    return i === undefined ? null : HEAD + (i + 0.5) * ROW - chart.scroll;
  };
  context.strokeStyle = chart.palette.accent;
  context.lineWidth = 1.6;
  context.lineJoin = "round";
  context.beginPath();
  chart.critical.slice(1).forEach((step, i) => {
    const before = chart.critical![i]!;
    const [from, to] = [middle(before.key, before.task), middle(step.key, step.task)];
    if (from === null || to === null) return;
    const [a, b] = [xOf(chart, before.end), xOf(chart, step.start)];
    const turn = Math.max(a, Math.min(b, a + 6));
    context.moveTo(a, from);
    context.lineTo(turn, from);
    context.lineTo(turn, to);
    context.lineTo(b, to);
  });
  context.stroke();
}
