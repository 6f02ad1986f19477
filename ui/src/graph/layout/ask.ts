import type { Layout, LayoutPlan } from "./plan";
import LayoutWorker from "./worker?worker";

/** Graphs up to this size are laid out at once: starting a worker would take longer. */
const SMALL = 150;

interface Answer {
  id: number;
  layout?: Layout;
  problem?: string;
}

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, { resolve: (layout: Layout) => void; reject: (error: Error) => void }>();

/** Lays out in the worker; small graphs right here. */
export async function askLayout(plan: LayoutPlan): Promise<Layout> {
  if (plan.width.length <= SMALL) return (await import("./layout")).layOut(plan);
  worker ??= start();
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker!.postMessage({ id, plan });
  });
}

/** Starts the worker ahead, where a large graph is about to come; one that was started for a small one ends. */
export function expectLayout(nodes: number): void {
  if (nodes > SMALL) worker ??= start();
  else early()?.terminate();
}

/** The worker that `public/ahead.js` has started already, once. */
function early(): Worker | undefined {
  const place = globalThis as { penstockLayouter?: Worker };
  const found = place.penstockLayouter;
  delete place.penstockLayouter;
  return found;
}

function start(): Worker {
  const made = early() ?? new LayoutWorker();
  made.onmessage = ({ data }: MessageEvent<Answer>) => {
    const who = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.layout) who?.resolve(data.layout);
    else who?.reject(new Error(data.problem ?? "the layout failed"));
  };
  made.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "the layout's worker failed"));
    waiting.clear();
    worker = null;
  };
  return made;
}
