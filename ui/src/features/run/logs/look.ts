/** How somebody likes logs to look: kept in the browser, since it is about eyes and not about runs. */
import { useCallback, useState } from "react";

import type { TimeMode } from "../../../logs/times";

export interface LogLook {
  wrapped: boolean;
  time: TimeMode;
}

const KEY = "penstock:logs";
const TIMES: readonly TimeMode[] = ["clock", "since", "none"];

export function useLogLook(): [LogLook, (look: LogLook) => void] {
  const [look, set] = useState(read);
  const keep = useCallback((next: LogLook) => {
    set(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // A browser that keeps nothing still shows logs.
    }
  }, []);
  return [look, keep];
}

function read(): LogLook {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<LogLook> | null;
    return { wrapped: kept?.wrapped === true, time: TIMES.find((mode) => mode === kept?.time) ?? "clock" };
  } catch {
    return { wrapped: false, time: "clock" };
  }
}
