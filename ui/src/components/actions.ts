import { CircleCheck, CirclePause, CirclePlay, CircleStop, CircleX, FastForward, type LucideIcon, PencilRuler, Repeat, RotateCw, Trash2 } from "lucide-react";

import type { RunAction } from "../domain/actions";

/** How each action is called where it is offered. An ellipsis promises a dialog. */
export const ACTION_LOOK: Readonly<Record<RunAction, { word: string; icon: LucideIcon; says: string }>> = {
  retry: { word: "Retry", icon: RotateCw, says: "Run again, in place, what failed or never ran" },
  replay: { word: "Replay", icon: Repeat, says: "Repeat it as a new run, whole or from a task, with the same or other params" },
  cancel: { word: "Cancel", icon: CircleStop, says: "End it" },
  pause: { word: "Pause", icon: CirclePause, says: "Begin nothing new" },
  resume: { word: "Resume", icon: CirclePlay, says: "Let it go on" },
  approve: { word: "Approve", icon: CircleCheck, says: "Answer what it asks, and let it go on" },
  reject: { word: "Reject", icon: CircleX, says: "Answer what it asks with no" },
  "force-run": { word: "Start now", icon: FastForward, says: "Start it past its limit" },
  "set-state": { word: "Set state", icon: PencilRuler, says: "Say how it ended, without running anything" },
  delete: { word: "Delete", icon: Trash2, says: "Remove it with its outputs and logs" },
};
