/** Scenes and layouts that were made already: of a graph that was begun ahead, or that somebody comes back to. */
import type { Schemas } from "../../api/client";
import { askLayout } from "../../graph/layout/ask";
import type { Direction, Layout } from "../../graph/layout/plan";
import type { SceneOptions } from "../../graph/scene/options";
import { planOf, type Scene, sceneOf } from "../../graph/scene/scene";

type Graph = Schemas["Graph"];

/** A layout that is under way, and what came of it. */
interface Asked {
  direction: Direction;
  coming: Promise<Layout>;
  layout: Layout | null;
}

const scenes = new WeakMap<Graph, { options: SceneOptions; scene: Scene }>();
const layouts = new WeakMap<Scene, Asked>();

/** The scene of a graph; the same one as before for the same options. */
export function knownScene(graph: Graph, options: SceneOptions): Scene {
  const known = scenes.get(graph);
  if (known !== undefined && alike(known.options, options)) return known.scene;
  const scene = sceneOf(graph, options);
  scenes.set(graph, { options, scene });
  return scene;
}

/** The layout of a scene, asked for once. */
export function comingLayout(scene: Scene, direction: Direction): Promise<Layout> {
  const known = layouts.get(scene);
  if (known?.direction === direction) return known.coming;
  const asked: Asked = { direction, coming: askLayout(planOf(scene, direction)), layout: null };
  layouts.set(scene, asked);
  asked.coming.then(
    (layout) => void (asked.layout = layout),
    () => layouts.get(scene) === asked && layouts.delete(scene),
  );
  return asked.coming;
}

/** The layout of a scene where it is there already. */
export function knownLayout(scene: Scene, direction: Direction): Layout | null {
  const known = layouts.get(scene);
  return known?.direction === direction ? known.layout : null;
}

/** What a scene follows from; the direction is the layout's. */
function alike(one: SceneOptions, other: SceneOptions): boolean {
  return one.groupBy === other.groupBy && one.datasets === other.datasets && one.params === other.params && sameKeys(one.folded, other.folded);
}

function sameKeys(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}
