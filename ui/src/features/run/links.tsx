/** Addresses within a run's page. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { RunSearch } from "../../app/search";

export const TABS = ["overview", "workflow", "gantt", "logs", "outputs", "metrics"] as const;
export type Tab = (typeof TABS)[number];

interface Props {
  run: string;
  tab: Tab;
  search?: RunSearch;
  className?: string;
  title?: string;
  /** It is where one is. */
  current?: boolean;
  /** For readers, where there is only an icon. */
  label?: string;
  children: ReactNode;
}

export function RunLink({ run, tab, search = {}, children, current = false, label, ...rest }: Props) {
  return <Link to="/runs/$runId/$tab" params={{ runId: run, tab }} search={search} aria-label={label} data-here={current || undefined} {...rest}>{children}</Link>;
}

/** An item's number, an attempt's and its generation's, as the address holds them. */
export function placeOf(task: string, mapIndex?: number | null, attempt?: number | null, generation?: number | null): RunSearch {
  const said = { map: mapIndex, attempt, generation };
  return { task, ...(Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null && value !== undefined)) as RunSearch) };
}
