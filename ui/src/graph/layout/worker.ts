import { layOut } from "./layout";
import type { LayoutPlan } from "./plan";

// Layouts are made here, so that the page answers meanwhile. One question, one answer, by number.
self.onmessage = (event: MessageEvent<{ id: number; plan: LayoutPlan }>) => {
  const { id, plan } = event.data;
  try {
    const layout = layOut(plan);
    const moved = [layout.x.buffer, layout.y.buffer, layout.layer.buffer, layout.box.buffer, layout.points.buffer, layout.offset.buffer];
    self.postMessage({ id, layout }, { transfer: moved });
  } catch (error) {
    self.postMessage({ id, problem: error instanceof Error ? error.message : String(error) });
  }
};
