import { begin, beginAgain, between, type Camera, fit, fits, held, lookAt, reveal, zoomAt } from "../../graph/draw/camera";
import { firstNode } from "../../graph/draw/first";
import { paint, paintTurning, turningIn } from "../../graph/draw/paint";
import { type Hit, hitAt, type Picture } from "../../graph/draw/picture";
import { type Layout, ROOM } from "../../graph/layout/plan";
import { waysThrough } from "../../graph/scene/ways";
import type { Place } from "../canvas/gestures";
import { Stage } from "../canvas/stage";

/** What is shown, as the page knows it: of a picture all that does not come from the canvas. */
export type Shown = Pick<Picture, "scene" | "layout" | "right" | "figures" | "groupFigures" | "hasRun" | "selected">;

const GLIDE = 180;

/** A graph on its canvases: holds the camera, what is hovered, and draws when something changes. */
export class Surface {
  private camera: Camera | null = null;
  /** Where the view comes from. It follows its window until somebody moves it by hand. */
  private view: "begun" | "fitted" | "looked" | "moved" = "begun";
  /** What mattered when it began, and what was selected then; -1 for nothing. Null since another picture took its place. */
  private begun: { node: number; selected: number } | null = null;
  private shown: Shown | null = null;
  private hover = -1;
  private focus = -1;
  private ways: Picture["ways"] = null;
  private glide: { from: Camera; to: Camera; since: number } | null = null;
  private turning = 0;
  private readonly stage: Stage;
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /** `moved` is told each camera that is drawn, for the small map. */
  constructor(box: HTMLElement, canvases: readonly [HTMLCanvasElement, HTMLCanvasElement], private readonly moved: (picture: Picture) => void) {
    this.stage = new Stage(box, canvases, (time) => this.draw(time), () => this.resized());
  }

  end(): void {
    cancelAnimationFrame(this.turning);
    this.stage.end();
  }

  /** Another picture. A node or group named by `anchor` stays where it is on the screen. */
  show(shown: Shown, anchor?: string): void {
    const before = this.shown;
    this.shown = shown;
    if (before?.scene !== shown.scene) [this.hover, this.focus, this.ways] = [-1, -1, null];
    if (before !== null && before.layout !== shown.layout && this.camera !== null) {
      this.begun = null;
      this.keepPlace(before, shown, anchor);
    }
    if (before?.selected !== shown.selected || before.scene !== shown.scene) this.trace();
    this.stage.invalidate();
  }

  tick(): void {
    this.stage.invalidate();
  }

  move(dx: number, dy: number): void {
    this.glide = null;
    this.view = "moved";
    if (this.camera !== null) this.put({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  }

  zoom(factor: number, at: Place = { x: this.stage.size.width / 2, y: this.stage.size.height / 2 }): void {
    this.glide = null;
    this.view = "moved";
    if (this.camera !== null && this.shown !== null) this.put(zoomAt(this.camera, at, factor, fit(this.shown.layout, this.stage.size).scale));
  }

  fit(): void {
    if (this.shown === null) return;
    this.view = "fitted";
    this.go(fit(this.shown.layout, this.stage.size));
  }

  /** Brings a node to the middle, large enough to be read, unless all can be read where it stands. */
  look(node: number): void {
    if (this.camera === null || this.shown === null || node < 0) return;
    if ((this.view === "begun" || this.view === "fitted") && fits(this.shown.layout, this.stage.size)) return;
    this.view = "looked";
    this.go(lookAt(this.camera, { x: this.shown.layout.x[node]!, y: this.shown.layout.y[node]! }, this.stage.size));
  }

  /** The middle of the window comes to a place of the picture. */
  center(place: Place): void {
    const { camera, stage: { size } } = this;
    this.view = "moved";
    if (camera !== null) this.put({ scale: camera.scale, x: size.width / 2 - place.x * camera.scale, y: size.height / 2 - place.y * camera.scale });
  }

  /** Moves as little as needed for a node to be seen. */
  reveal(node: number): void {
    const { shown, camera } = this;
    if (shown === null || camera === null || node < 0) return;
    const { width, height } = shown.scene.nodes[node]!;
    const [x, y] = [shown.layout.x[node]!, shown.layout.y[node]!];
    const to = reveal(camera, { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }, this.stage.size);
    if (to.x !== camera.x || to.y !== camera.y) this.go(to);
  }

  setFocus(node: number): void {
    if (this.focus === node) return;
    this.focus = node;
    this.trace();
    if (node >= 0) this.reveal(node);
    this.stage.invalidate();
  }

  hit(at: Place): Hit {
    if (this.shown === null || this.camera === null) return null;
    const { x, y, scale } = this.camera;
    return hitAt(this.shown, (at.x - x) / scale, (at.y - y) / scale, Math.max(ROOM.header + 6, 22 / scale));
  }

  setHover(node: number): void {
    if (this.hover === node) return;
    this.hover = node;
    this.trace();
    this.stage.invalidate();
  }

  /** Where a node stands on the screen: left, top and width; for what is shown beside it. */
  place(node: number): { x: number; y: number; width: number; height: number } | null {
    if (this.shown === null || this.camera === null || node < 0) return null;
    const { scale, x, y } = this.camera;
    const { width, height } = this.shown.scene.nodes[node]!;
    return { x: x + (this.shown.layout.x[node]! - width / 2) * scale, y: y + (this.shown.layout.y[node]! - height / 2) * scale, width: width * scale, height: height * scale };
  }

  private trace(): void {
    const node = this.hover >= 0 ? this.hover : this.focus >= 0 ? this.focus : (this.shown?.selected ?? -1);
    this.ways = this.shown === null || node < 0 ? null : waysThrough(this.shown.scene, node);
  }

  private go(to: Camera): void {
    if (this.camera === null || this.still.matches) {
      this.put(to);
      return;
    }
    this.glide = { from: this.camera, to, since: performance.now() };
    this.stage.invalidate();
  }

  private put(camera: Camera): void {
    this.camera = this.shown === null ? camera : held(camera, this.shown.layout, this.stage.size);
    this.stage.invalidate();
  }

  /** A panel has come or gone beside it: all is in sight where it was or can be read so, else what is selected. */
  private resized(): void {
    const { shown, camera, begun, view, stage: { size } } = this;
    if (shown === null || camera === null) return;
    if (view === "looked" && shown.selected >= 0) {
      this.look(shown.selected);
      return;
    }
    const same = shown.selected === begun?.selected;
    const focus = placeOf(shown.layout, same ? begun.node : shown.selected);
    const to = view === "moved" || view === "looked" ? null : view === "fitted" ? fit(shown.layout, size) : beginAgain(camera, shown.layout, size, focus, same);
    if (to !== null) {
      this.glide = null;
      this.put(to);
    } else if (shown.selected >= 0) this.reveal(shown.selected);
    this.stage.invalidate();
  }

  private keepPlace(before: Shown, after: Shown, anchor: string | undefined): void {
    const [was, is] = [anchorPlace(before, anchor), anchorPlace(after, anchor)];
    if (was === null || is === null) {
      this.camera = null;
      return;
    }
    const { scale, x, y } = this.camera!;
    this.put({ scale, x: x + (was.x - is.x) * scale, y: y + (was.y - is.y) * scale });
  }

  private draw(time: number): void {
    const { shown, stage } = this;
    if (shown === null) return;
    if (this.camera === null) {
      this.view = "begun";
      this.begun = { node: firstNode(shown, stage.size), selected: shown.selected };
      this.camera = begin(shown.layout, stage.size, placeOf(shown.layout, this.begun.node));
    }
    if (this.glide !== null) {
      const share = Math.min(1, (performance.now() - this.glide.since) / GLIDE);
      this.camera = between(this.glide.from, this.glide.to, share);
      if (share < 1) stage.invalidate();
      else this.glide = null;
    }
    const picture = this.picture(shown, this.camera);
    paint(stage.context(0), picture, stage.ratio);
    this.moved(picture);
    this.turn(picture, time);
  }

  private picture(shown: Shown, camera: Camera): Picture {
    const { hover, focus, ways, stage: { palette, size: window } } = this;
    return { ...shown, camera, window, palette, hover, focus, ways, now: Date.now(), turning: !this.still.matches };
  }

  /** Turning marks have a canvas of their own: the picture below is not drawn anew for them. */
  private turn(picture: Picture, time: number): void {
    cancelAnimationFrame(this.turning);
    const nodes = this.still.matches ? [] : turningIn(picture);
    paintTurning(this.stage.context(1), picture, nodes, this.stage.ratio, time);
    if (nodes.length > 0) this.turning = requestAnimationFrame((next) => this.turn(picture, next));
  }
}

function placeOf(layout: Layout, node: number): Place | null {
  return node < 0 ? null : { x: layout.x[node]!, y: layout.y[node]! };
}

function anchorPlace({ scene, layout }: Shown, anchor: string | undefined): Place | null {
  if (anchor === undefined) return null;
  const node = scene.index.get(anchor);
  if (node !== undefined) {
    const { width, height } = scene.nodes[node]!;
    return { x: layout.x[node]! - width / 2, y: layout.y[node]! - height / 2 };
  }
  const group = scene.groups.findIndex(({ key }) => `group:${key}` === anchor);
  return group < 0 ? null : { x: layout.box[4 * group]!, y: layout.box[4 * group + 1]! };
}
