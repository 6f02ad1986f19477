/** Scenes and layouts that were made already: of a graph that was begun ahead, or that somebody comes back to. */
import type { Schemas } from "../../api/client";
import { directionFor } from "../../graph/draw/camera";
import { askLayout } from "../../graph/layout/ask";
import type { Direction, Layout } from "../../graph/layout/plan";
import type { SceneOptions } from "../../graph/scene/options";
import { planOf, type Scene, sceneOf } from "../../graph/scene/scene";

type Graph = Schemas["Graph"];

/** A layout, and which way it flows. */
export interface Directed {
  layout: Layout;
  direction: Direction;
}

/** A layout that is under way, and what came of it. */
interface Asked {
  coming: Promise<Directed>;
  directed: Directed | null;
}

/** A scene of more nodes fits no window so that it can be read: one layout is enough. */
const MANY = 300;
/** Navigation and list beside a picture, head and tools above it. A panel comes and goes: it turns nothing. */
const AROUND = { width: 436, height: 162 };
/** A narrow window has neither navigation nor list beside it. */
const NARROW = 360;

const scenes = new WeakMap<Graph, { options: SceneOptions; scene: Scene }>();
const layouts = new WeakMap<Scene, Map<Direction, Asked>>();
/** Graphs for which nobody had chosen a direction, with the one that they were given: they keep it, whatever changes. */
const given = new WeakMap<Graph, Direction>();

/** The scene of a graph; the same one as before for the same options. */
export function knownScene(graph: Graph, options: SceneOptions): Scene {
  const known = scenes.get(graph);
  if (known !== undefined && alike(known.options, options)) return known.scene;
  const scene = sceneOf(graph, options);
  scenes.set(graph, { options, scene });
  return scene;
}

/** The layout of a graph's scene, asked for once; without a direction, in that in which more of it can be seen. */
export async function comingLayout(graph: Graph, scene: Scene, wanted: Direction | null): Promise<Directed> {
  const direction = wanted ?? settled(graph, scene);
  if (direction !== null) return laidOut(scene, direction);
  const [right, down] = await Promise.all([laidOut(scene, "right"), laidOut(scene, "down")]);
  const better = directionFor(right.layout, down.layout, { width: Math.max(NARROW, window.innerWidth - AROUND.width), height: window.innerHeight - AROUND.height });
  given.set(graph, better);
  return better === "down" ? down : right;
}

/** The layout of a graph's scene where it is there already. */
export function knownLayout(graph: Graph, scene: Scene, wanted: Direction | null): Directed | null {
  const direction = wanted ?? settled(graph, scene);
  return direction === null ? null : (layouts.get(scene)?.get(direction)?.directed ?? null);
}

function settled(graph: Graph, scene: Scene): Direction | null {
  return given.get(graph) ?? (scene.nodes.length > MANY ? "right" : null);
}

function laidOut(scene: Scene, direction: Direction): Promise<Directed> {
  const those = layouts.get(scene) ?? new Map<Direction, Asked>();
  layouts.set(scene, those);
  const known = those.get(direction);
  if (known !== undefined) return known.coming;
  const asked: Asked = { coming: askLayout(planOf(scene, direction)).then((layout) => ({ layout, direction })), directed: null };
  those.set(direction, asked);
  asked.coming.then((directed) => void (asked.directed = directed), () => those.delete(direction));
  return asked.coming;
}

/** What a scene follows from; the direction is the layout's. */
function alike(one: SceneOptions, other: SceneOptions): boolean {
  return one.groupBy === other.groupBy && one.datasets === other.datasets && one.params === other.params && sameKeys(one.folded, other.folded);
}

function sameKeys(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}
