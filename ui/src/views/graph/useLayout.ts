import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import type { Direction, Layout } from "../../graph/layout/plan";
import type { Scene } from "../../graph/scene/scene";
import { comingLayout, type Directed, knownLayout } from "./known";

/** A scene with its layout; they belong together. */
export interface LaidOut {
  scene: Scene;
  layout: Layout;
  right: boolean;
}

/** The layout of a graph's scene, from the worker; the picture before stays until the next one is there. */
export function useLayout(graph: Schemas["Graph"], scene: Scene, wanted: Direction | null): { laid: LaidOut | null; problem: string | null } {
  const [laid, setLaid] = useState<LaidOut | null>(() => {
    const known = knownLayout(graph, scene, wanted);
    return known === null ? null : laidOut(scene, known);
  });
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let asked = true;
    comingLayout(graph, scene, wanted).then(
      (coming) => {
        if (!asked) return;
        setLaid((before) => (before?.layout === coming.layout ? before : laidOut(scene, coming)));
        setProblem(null);
      },
      (error: unknown) => {
        if (asked) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      asked = false;
    };
  }, [graph, scene, wanted]);
  return { laid, problem };
}

function laidOut(scene: Scene, { layout, direction }: Directed): LaidOut {
  return { scene, layout, right: direction === "right" };
}
