/** Where somebody reads in a log: turns moves of the scroll bar into a place, and keeps that place while the log changes. */
import { around, type Extent, kept, lowest, moved, type Place, type Scale, scaleOf, showing, START } from "./scroller";

/** Lines drawn beyond each edge, so that fast scrolling meets no blank. */
const BEYOND = 16;

export interface Shown {
  /** The lines to draw, both included; `last` is below `first` for none. */
  first: number;
  last: number;
  /** Where the first of them is drawn, in pixels of the inner element. */
  y: number;
}

export class Reader {
  place: Place = START;
  /** Where the scroll bar belongs. */
  top = 0;
  /** The end stays in view while the log grows. */
  follows = false;

  private total = 0;
  private viewport = 0;
  private even = true;
  private readonly heights = new Map<number, number>();
  private sum = 0;
  private known: Scale | undefined;

  constructor(readonly row: number) {}

  get extent(): Extent {
    const { total, viewport, even, heights } = this;
    const row = even || heights.size === 0 ? this.row : this.sum / heights.size;
    return { total, viewport, row, even, heightOf: even ? () => row : (index) => heights.get(index) ?? this.row };
  }

  get scale(): Scale {
    return (this.known ??= scaleOf(this.extent));
  }

  get atEnd(): boolean {
    const end = lowest(this.extent);
    return this.place.index > end.index || (this.place.index === end.index && this.place.offset >= end.offset - 1);
  }

  /** The bar is at `top`: by a hand, or because it was put there. Gives whether that is a move. */
  scrolled(top: number): boolean {
    const by = top - this.top;
    if (Math.abs(by) < 1) return false;
    const jumps = this.scale.exact || Math.abs(by) > 2 * this.viewport;
    this.place = jumps ? this.scale.placeAt(top) : moved(this.place, by, this.extent);
    this.top = top;
    this.follows = by > 0 ? this.follows || this.atEnd : false;
    // At an end of the bar no further move would be told, so it is put right at once.
    if (top <= 0 || top >= this.scale.end) this.settle();
    if (by > 0 && this.top > this.scale.end - 1) this.place = lowest(this.extent);
    return true;
  }

  /** Puts the bar where the place belongs; nothing that is seen moves. Done when the hand rests. */
  settle(): void {
    this.top = this.scale.topOf(this.place);
  }

  /** The log has `total` lines now. What is read stays, or the end does. */
  grow(total: number): void {
    if (total === this.total) return;
    this.total = total;
    this.changed();
  }

  resize(viewport: number): void {
    if (viewport === this.viewport) return;
    this.viewport = viewport;
    this.changed();
  }

  /** Lines are wrapped (each has its height), or not. `measure` tells heights after drawing. */
  wrap(wrapped: boolean): void {
    if (this.even === !wrapped) return;
    this.even = !wrapped;
    this.forgetHeights();
  }

  forgetHeights(): void {
    this.heights.clear();
    this.sum = 0;
    this.changed();
  }

  /** Heights as drawn. Gives whether any was news. */
  measure(found: Iterable<readonly [number, number]>): boolean {
    let news = false;
    for (const [index, height] of found) {
      const known = this.heights.get(index);
      if (height <= 0 || this.even || known === height) continue;
      this.heights.set(index, height);
      this.sum += height - (known ?? 0);
      news ||= height !== (known ?? this.row);
    }
    if (!news) return false;
    this.known = undefined;
    this.place = this.follows ? lowest(this.extent) : kept(this.place, this.extent);
    if (this.follows) this.settle();
    return true;
  }

  /** Lines came or went above: the one that was read stands `by` lines further on. */
  shift(by: number): void {
    this.heights.clear();
    this.sum = 0;
    this.go({ index: Math.max(0, this.place.index + by), offset: this.place.offset });
  }

  go(place: Place): void {
    this.place = kept(place, this.extent);
    this.known = undefined;
    this.settle();
  }

  toEnd(): void {
    this.go(lowest(this.extent));
  }

  /** Brings a line into view, to the middle if it is not seen. */
  show(index: number): void {
    this.follows = false;
    this.go(showing(index, this.place, this.extent));
  }

  showInMiddle(index: number): void {
    this.follows = false;
    this.go(around(index, this.extent));
  }

  shown(): Shown {
    const { total, viewport, heightOf } = this.extent;
    if (total === 0 || viewport === 0) return { first: 0, last: -1, y: 0 };
    const first = Math.max(0, this.place.index - BEYOND);
    let y = this.top - this.place.offset;
    for (let index = first; index < this.place.index; index += 1) y -= heightOf(index);
    let last = this.place.index;
    for (let room = viewport + this.place.offset; last < total - 1 && room > 0; last += 1) room -= heightOf(last);
    return { first, last: Math.min(total - 1, last + BEYOND), y };
  }

  private changed(): void {
    this.known = undefined;
    this.place = this.follows ? lowest(this.extent) : kept(this.place, this.extent);
    this.settle();
  }
}
