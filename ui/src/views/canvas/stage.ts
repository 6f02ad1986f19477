import type { Size } from "../../graph/draw/camera";

/** Canvases, one over the other, as large as their box, sharp on any screen; and one frame when something has changed. */
export class Stage {
  size: Size = { width: 0, height: 0 };
  ratio = 1;
  private asked = 0;
  private readonly watcher: ResizeObserver;
  private readonly contexts: CanvasRenderingContext2D[];

  /** `draw` is called once a frame at most, after `invalidate`; `resized` when the box has another size. */
  constructor(box: HTMLElement, private readonly canvases: readonly HTMLCanvasElement[], private readonly draw: (time: number) => void, resized: () => void) {
    this.contexts = canvases.map((canvas, i) => {
      const context = canvas.getContext("2d", { alpha: i > 0 });
      if (context === null) throw new Error("this browser has no canvas");
      return context;
    });
    this.watcher = new ResizeObserver(() => {
      if (this.measure(box)) resized();
    });
    this.watcher.observe(box);
    this.measure(box);
  }

  context(layer: number): CanvasRenderingContext2D {
    return this.contexts[layer]!;
  }

  invalidate(): void {
    this.asked ||= requestAnimationFrame((time) => {
      this.asked = 0;
      if (this.size.width > 0 && this.size.height > 0) this.draw(time);
    });
  }

  end(): void {
    cancelAnimationFrame(this.asked);
    this.watcher.disconnect();
  }

  private measure(box: HTMLElement): boolean {
    const { clientWidth: width, clientHeight: height } = box;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (width === this.size.width && height === this.size.height && ratio === this.ratio) return false;
    this.size = { width, height };
    this.ratio = ratio;
    for (const canvas of this.canvases) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    // Resizing wipes a canvas: draw before the browser shows it.
    if (width > 0 && height > 0) this.draw(performance.now());
    return true;
  }
}
