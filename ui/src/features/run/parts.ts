import { coming } from "../../components/coming";
import type { Tab } from "./links";

/** The tabs, whose code comes when it is wanted. */
export const PARTS = {
  overview: coming(() => import("./overview/OverviewTab")),
  workflow: coming(() => import("./workflow/WorkflowTab")),
  gantt: coming(() => import("./gantt/GanttTab")),
  logs: coming(() => import("./logs/LogsTab")),
  outputs: coming(() => import("./outputs/OutputsTab")),
  metrics: coming(() => import("./metrics/MetricsTab")),
} satisfies Record<Tab, { ahead: () => Promise<void> }>;

/** Lets the code of a tab come ahead; a name that is none asks for nothing. Never fails: who shows it tells why. */
export async function expectPart(tab: string): Promise<void> {
  if (Object.hasOwn(PARTS, tab)) await PARTS[tab as Tab].ahead().catch(() => undefined);
}
