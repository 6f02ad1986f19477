/** Addresses within a run's page. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

export const TABS = ["overview", "workflow", "gantt", "logs", "outputs", "metrics"] as const;
export type Tab = (typeof TABS)[number];

/** What of a run is looked at; all of it stands in the address. */
export interface RunSearch {
  task?: string | undefined;
  map?: number | undefined;
  attempt?: number | undefined;
  /** "12", or "12-20": lines of the log, from 1. */
  line?: string | undefined;
  levels?: string | undefined;
  dataset?: string | undefined;
}

interface Props {
  run: string;
  tab: Tab;
  search?: RunSearch;
  className?: string;
  title?: string;
  children: ReactNode;
}

export function RunLink({ run, tab, search = {}, children, ...rest }: Props) {
  return <Link to="/runs/$runId/$tab" params={{ runId: run, tab } as never} search={search as never} {...rest}>{children}</Link>;
}
