import type { Tab } from "./links";

/** The code of each tab, which comes when it is wanted. */
export const PARTS = {
  overview: () => import("./overview/OverviewTab"),
  workflow: () => import("./workflow/WorkflowTab"),
  gantt: () => import("./gantt/GanttTab"),
  logs: () => import("./logs/LogsTab"),
  outputs: () => import("./outputs/OutputsTab"),
  metrics: () => import("./metrics/MetricsTab"),
} satisfies Record<Tab, () => Promise<unknown>>;

/** Lets the code of a tab come ahead; a name that is none asks for nothing. */
export function expectPart(tab: string): void {
  if (Object.hasOwn(PARTS, tab)) void PARTS[tab as Tab]().catch(() => undefined);
}
