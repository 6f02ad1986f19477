import { useEffect, useState } from "react";
import type { Direction, Layout } from "../../graph/layout/plan";
import type { Scene } from "../../graph/scene/scene";
import { comingLayout, knownLayout } from "./known";

/** A scene with its layout; they belong together. */
export interface LaidOut {
  scene: Scene;
  layout: Layout;
  right: boolean;
}

/** The layout of a scene, from the worker; the picture before stays until the next one is there. */
export function useLayout(scene: Scene, direction: Direction): { laid: LaidOut | null; problem: string | null } {
  const [laid, setLaid] = useState<LaidOut | null>(() => {
    const layout = knownLayout(scene, direction);
    return layout === null ? null : { scene, layout, right: direction === "right" };
  });
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    comingLayout(scene, direction).then(
      (layout) => {
        if (!wanted) return;
        setLaid((before) => (before?.layout === layout ? before : { scene, layout, right: direction === "right" }));
        setProblem(null);
      },
      (error: unknown) => {
        if (wanted) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      wanted = false;
    };
  }, [scene, direction]);
  return { laid, problem };
}
