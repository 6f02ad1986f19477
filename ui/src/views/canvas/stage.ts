import type { Size } from "../../graph/draw/camera";
import { onScheme, type Palette, readPalette } from "../../graph/draw/palette";
import { forgetWidths } from "../../graph/draw/text";

/**
 * Canvases, one over the other, as large as their box, sharp on any screen, in the colours and fonts of the page; and one
 * frame when something has changed.
 */
export class Stage {
  size: Size = { width: 0, height: 0 };
  ratio = 1;
  /** The colours of the page, as they were read last. */
  palette: Palette;
  private asked = 0;
  private readonly watcher: ResizeObserver;
  private readonly contexts: CanvasRenderingContext2D[];
  private readonly noMore: () => void;
  private readonly fonts = () => {
    forgetWidths();
    this.invalidate();
  };

  /** `draw` is called once a frame at most, after `invalidate`; `resized` when the box has another size. */
  constructor(private readonly box: HTMLElement, private readonly canvases: readonly HTMLCanvasElement[], private readonly draw: (time: number) => void, resized: () => void) {
    this.palette = readPalette(box);
    this.contexts = canvases.map((canvas, i) => {
      const context = canvas.getContext("2d", { alpha: i > 0 });
      if (context === null) throw new Error("this browser has no canvas");
      return context;
    });
    this.watcher = new ResizeObserver(() => {
      if (!this.measure()) return;
      resized();
      // Resizing wipes a canvas: draw before the browser shows it.
      if (this.size.width > 0 && this.size.height > 0) this.draw(performance.now());
    });
    this.watcher.observe(box);
    this.noMore = onScheme(() => {
      this.palette = readPalette(box);
      this.invalidate();
    });
    document.fonts.addEventListener("loadingdone", this.fonts);
    this.measure();
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
    this.noMore();
    document.fonts.removeEventListener("loadingdone", this.fonts);
  }

  private measure(): boolean {
    const { clientWidth: width, clientHeight: height } = this.box;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (width === this.size.width && height === this.size.height && ratio === this.ratio) return false;
    this.size = { width, height };
    this.ratio = ratio;
    for (const canvas of this.canvases) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    return true;
  }
}
