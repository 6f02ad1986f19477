import { type Chart, HEAD, type Hit, hitAt, ROW } from "../../gantt/draw/chart";
import { paintChart } from "../../gantt/draw/paint";
import { fitFrame, type Frame, panFrame, revealFrame, roomFor, zoomFrame } from "../../gantt/frame";
import type { Place } from "../canvas/gestures";
import { Stage } from "../canvas/stage";

/** What is shown, as the page knows it. */
export type ChartShown = Pick<Chart, "rows" | "axis" | "live" | "selected" | "attempt" | "generation" | "critical"> & {
  /** When the run ended, else null. */
  end: number | null;
};

/** A Gantt chart on its canvas: holds what part of the time is seen, and draws when something changes. */
export class ChartSurface {
  private shown: ChartShown | null = null;
  /** null: the whole run, however long it becomes. */
  private frame: Frame | null = null;
  private hover = -1;
  private readonly stage: Stage;

  constructor(box: HTMLElement, canvas: HTMLCanvasElement, private readonly scrolled: () => number) {
    this.stage = new Stage(box, [canvas], () => this.draw(), () => this.stage.invalidate());
  }

  end(): void {
    this.stage.end();
  }

  show(shown: ChartShown): void {
    const before = this.shown;
    this.shown = shown;
    // Another axis (idle times folded or not) is another picture: begin with the whole.
    if (before !== null && before.axis.gaps.length !== shown.axis.gaps.length) this.frame = null;
    this.stage.invalidate();
  }

  invalidate(): void {
    this.stage.invalidate();
  }

  fit(): void {
    this.frame = null;
    this.stage.invalidate();
  }

  zoom(factor: number, x = this.stage.size.width / 2): void {
    this.frame = zoomFrame(this.now(), x, factor, this.length(), this.stage.size.width);
    this.stage.invalidate();
  }

  pan(pixels: number): void {
    if (pixels === 0) return;
    this.frame = panFrame(this.now(), pixels, this.length(), this.stage.size.width);
    this.stage.invalidate();
  }

  /** A row's time comes into sight. */
  reveal(row: number): void {
    const found = this.shown?.rows[row];
    if (this.shown === null || this.frame === null || found === undefined || found.start === null) return;
    const { axis } = this.shown;
    this.frame = revealFrame(this.frame, axis.at(found.start), axis.at(found.end ?? Date.now()), this.stage.size.width);
    this.stage.invalidate();
  }

  hit(at: Place): Hit | null {
    const chart = this.chart();
    return chart === null ? null : hitAt(chart, at.x, at.y);
  }

  setHover(row: number): void {
    if (this.hover === row) return;
    this.hover = row;
    this.stage.invalidate();
  }

  /** Whether something moves by itself: then it wants to be drawn again soon. */
  get grows(): boolean {
    return this.shown?.live ?? false;
  }

  private length(): number {
    if (this.shown === null) return 1_000;
    const { axis, end } = this.shown;
    return end === null ? roomFor(axis.at(Date.now())) : Math.max(1, axis.at(end));
  }

  private now(): Frame {
    return this.frame ?? fitFrame(this.length(), this.stage.size.width);
  }

  private chart(): Chart | null {
    if (this.shown === null) return null;
    const { width, height } = this.stage.size;
    return { ...this.shown, frame: this.now(), scroll: this.scrolled(), width, height, palette: this.stage.palette, now: this.shown.end ?? Date.now(), hover: this.hover };
  }

  private draw(): void {
    const chart = this.chart();
    if (chart !== null) paintChart(this.stage.context(0), chart, this.stage.ratio);
  }
}

export { HEAD, ROW };
