import { useEffect, useState } from "react";
import { askLayout } from "../../graph/layout/ask";
import type { Direction, Layout } from "../../graph/layout/plan";
import { planOf, type Scene } from "../../graph/scene/scene";

/** A scene with its layout; they belong together. */
export interface LaidOut {
  scene: Scene;
  layout: Layout;
  right: boolean;
}

/** The layout of a scene, from the worker; the picture before stays until the next one is there. */
export function useLayout(scene: Scene, direction: Direction): { laid: LaidOut | null; problem: string | null } {
  const [laid, setLaid] = useState<LaidOut | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    askLayout(planOf(scene, direction)).then(
      (layout) => {
        if (!wanted) return;
        setLaid({ scene, layout, right: direction === "right" });
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
