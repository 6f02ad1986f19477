import { isOver, TASK_STATES, type State } from "../../domain/states";
import { durationText, runningText } from "../../domain/formats";
import { lastedOf, partsCountFrom } from "../../domain/lasting";
import type { GanttRow } from "../rows";
import type { Span } from "../spans";
import { BAR, HEAD, ROW, rowsIn, xOf, type Chart } from "./chart";

/** Draws the bars of all rows in sight. */
export function drawBars(context: CanvasRenderingContext2D, chart: Chart): void {
  const [first, last] = rowsIn(chart);
  const on = chart.critical === null ? null : new Set(chart.critical.flatMap((step) => [step.key, step.task]));
  for (let i = first; i < last; i++) {
    const row = chart.rows[i]!;
    const top = HEAD + i * ROW - chart.scroll;
    const aside = on !== null && !on.has(row.key);
    context.globalAlpha = aside ? 0.35 : 1;
    if (row.counts !== null) drawSum(context, chart, row, top);
    else for (const span of row.spans) drawSpan(context, chart, row, span, top);
    context.globalAlpha = aside ? 0.7 : 1;
    drawTime(context, chart, row, top);
  }
  context.globalAlpha = 1;
}

function drawSpan(context: CanvasRenderingContext2D, chart: Chart, row: GanttRow, span: Span, top: number): void {
  const from = Math.max(-4, xOf(chart, span.from));
  const to = Math.min(chart.width + 4, xOf(chart, span.to ?? chart.now));
  if (to < -4 || from > chart.width + 4) return;
  const middle = top + ROW / 2;
  const { palette } = chart;
  if (span.kind === "waiting") line(context, palette.lineStrong, from, to, middle, []);
  else if (span.kind === "retry") line(context, palette.state.retrying, from, to, middle, [3, 3]);
  else if (span.kind === "queued") drawQueued(context, palette.state.queued, from, to, middle);
  else if (span.kind === "asking") drawAsking(context, chart, row, from, to, middle - BAR / 2);
  else drawRun(context, chart, row, span, from, to, middle - BAR / 2);
}

function line(context: CanvasRenderingContext2D, color: string, from: number, to: number, y: number, dash: number[]): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(from, Math.round(y) + 0.5);
  context.lineTo(to, Math.round(y) + 0.5);
  context.stroke();
  context.setLineDash([]);
}

/** Open: it does nothing yet. */
function drawQueued(context: CanvasRenderingContext2D, color: string, from: number, to: number, middle: number): void {
  const width = to - from;
  if (width < 2.5) {
    context.fillStyle = color;
    context.fillRect(from, middle - BAR / 2 + 3, Math.max(0.5, width), BAR - 6);
    return;
  }
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.16;
  context.fillStyle = color;
  context.fillRect(from, middle - BAR / 2 + 2, width, BAR - 4);
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.strokeRect(from + 0.5, middle - BAR / 2 + 2.5, width - 1, BAR - 5);
}

/** A person was asked: nothing ran. */
function drawAsking(context: CanvasRenderingContext2D, { palette, selected }: Chart, row: GanttRow, from: number, to: number, top: number): void {
  const width = Math.max(2, to - from);
  context.fillStyle = palette.state.paused;
  context.beginPath();
  context.roundRect(from, top + 2, width, BAR - 4, width > 5 ? 2.5 : 0);
  context.fill();
  stripes(context, palette.surface, from, top + 2, width, BAR - 4);
  if (row.key === selected) outline(context, palette.text, from, top, width);
}

function outline(context: CanvasRenderingContext2D, color: string, from: number, top: number, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.strokeRect(from - 2, top - 2, width + 4, BAR + 4);
}

/** The colour of how it ended; a failed one has a notch at its end, one that runs a striped end. */
function drawRun(context: CanvasRenderingContext2D, chart: Chart, row: GanttRow, span: Span, from: number, to: number, top: number): void {
  const width = Math.max(2, to - from);
  const state = stateOf(row, span);
  context.fillStyle = chart.palette.state[state];
  const notched = (state === "failed" || state === "lost") && width > 9;
  context.beginPath();
  if (notched) notch(context, from, top, width);
  else context.roundRect(from, top, width, BAR, width > 5 ? 2.5 : 0);
  context.fill();
  if (span.to === null && width > 6) stripes(context, chart.palette.surface, Math.max(from, to - 26), top, Math.min(26, width));
  if (row.key === chart.selected && (chart.attempt === null || (chart.attempt === span.attempt && (chart.generation ?? span.generation) === span.generation))) outline(context, chart.palette.text, from, top, width);
}

/** The last attempt of a task that ended well enough for a warning is drawn so. */
function stateOf(row: GanttRow, span: Span): State {
  if (span.state === "failed" && row.state === "warning") return "warning";
  return span.state ?? row.state;
}

function notch(context: CanvasRenderingContext2D, from: number, top: number, width: number): void {
  const cut = Math.min(5, width / 3);
  context.moveTo(from + 2, top);
  context.lineTo(from + width, top);
  context.lineTo(from + width - cut, top + BAR / 2);
  context.lineTo(from + width, top + BAR);
  context.lineTo(from + 2, top + BAR);
  context.quadraticCurveTo(from, top + BAR, from, top + BAR - 2);
  context.lineTo(from, top + 2);
  context.quadraticCurveTo(from, top, from + 2, top);
  context.closePath();
}

function stripes(context: CanvasRenderingContext2D, color: string, from: number, top: number, width: number, height = BAR): void {
  context.save();
  context.beginPath();
  context.rect(from, top, width, height);
  context.clip();
  context.strokeStyle = color;
  context.globalAlpha *= 0.55;
  context.lineWidth = 2;
  context.beginPath();
  for (let x = from - BAR; x < from + width; x += 6) {
    context.moveTo(x, top + BAR);
    context.lineTo(x + BAR, top);
  }
  context.stroke();
  context.restore();
}

/** Items together: a slim bar over their whole time, parted by their states. */
function drawSum(context: CanvasRenderingContext2D, chart: Chart, row: GanttRow, top: number): void {
  const { palette } = chart;
  const latest = row.spans.at(-1);
  for (const span of row.spans) {
    const from = Math.max(-4, xOf(chart, span.from));
    const to = Math.min(chart.width + 4, xOf(chart, span.to ?? chart.now));
    if (to < -4 || from > chart.width + 4) continue;
    const middle = top + ROW / 2;
    if (span.kind === "queued") {
      drawQueued(context, palette.state.queued, from, to, middle);
      continue;
    }
    const alpha = context.globalAlpha;
    const width = Math.max(2, to - from);
    context.globalAlpha = alpha * 0.25;
    context.fillStyle = palette.state[row.state];
    context.beginPath();
    context.roundRect(from, middle - BAR / 2, width, BAR, 2.5);
    context.fill();
    context.globalAlpha = alpha;
    let at = from;
    for (const state of span === latest ? [...TASK_STATES].reverse() : []) {
      const part = ((row.counts?.[state] ?? 0) / row.items) * width;
      if (part === 0) continue;
      context.fillStyle = palette.state[state];
      context.fillRect(at, middle + BAR / 2 - 4, part, 4);
      at += part;
    }
    if (row.key === chart.selected) {
      context.strokeStyle = palette.text;
      context.lineWidth = 1.5;
      context.strokeRect(from - 2, middle - BAR / 2 - 2, width + 4, BAR + 4);
    }
  }
}

/** Behind a bar how long it took; before it where there is no room behind. */
function drawTime(context: CanvasRenderingContext2D, chart: Chart, row: GanttRow, top: number): void {
  const last = row.spans.findLast((span) => span.kind === "running" || span.kind === "asking");
  const first = row.spans.find((span) => span.kind !== "waiting");
  if (last === undefined || first === undefined) return;
  const [from, to] = [xOf(chart, first.from), xOf(chart, last.to ?? chart.now)];
  if (to < 0 || from > chart.width) return;
  const words = textOf(row, last, chart.now);
  context.font = `400 11px ${chart.palette.font}`;
  context.fillStyle = row.state === "failed" ? chart.palette.state.failed : chart.palette.dim;
  context.textBaseline = "middle";
  const room = context.measureText(words).width + 8;
  context.textAlign = "left";
  const end = Math.max(to, from + 2);
  if (end + room <= chart.width) context.fillText(words, end + 7, top + ROW / 2 + 0.5);
  else if (from - room >= 0) {
    context.textAlign = "right";
    context.fillText(words, from - 7, top + ROW / 2 + 0.5);
  }
}

function textOf(row: GanttRow, last: Span, now: number): string {
  const running = last.to === null && !isOver(row.state);
  const parts = row.counts === null ? [last] : row.spans.filter((span) => span.kind === "running");
  const time = running ? runningText((now - (partsCountFrom(parts) ?? now)) / 1000) : durationText((lastedOf(parts) ?? 0) / 1000);
  const tries = new Set(row.spans.flatMap((span) => (span.generation === last.generation ? (span.attempt ?? []) : []))).size;
  const life = last.generation > 1 ? ` · generation ${last.generation}` : "";
  if (row.counts !== null) return `${time} · ${row.items.toLocaleString("en")} items`;
  return `${time}${tries > 1 ? ` · try ${tries}` : ""}${life}`;
}
