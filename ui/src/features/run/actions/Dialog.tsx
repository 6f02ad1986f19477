/** The dialog of whatever somebody asked for: it says what will happen before it does. */
import type { RunDocument } from "../../../api/runs";
import { AgainDialog } from "./AgainDialog";
import { CancelDialog } from "./CancelDialog";
import type { Wish } from "./context";
import { DeleteDialog } from "./DeleteDialog";
import { ForceDialog } from "./ForceDialog";
import { PauseDialog, ResumeDialog } from "./PauseDialog";
import { SetStateDialog } from "./SetStateDialog";
import "./actions.css";

export default function Dialog({ run, wish, onClose }: { run: RunDocument; wish: Wish; onClose: () => void }) {
  switch (wish.action) {
    case "retry":
    case "replay":
      return <AgainDialog run={run} wish={wish} onClose={onClose} />;
    case "cancel":
      return <CancelDialog run={run} onClose={onClose} />;
    case "pause":
      return <PauseDialog run={run} onClose={onClose} />;
    case "resume":
      return <ResumeDialog run={run} onClose={onClose} />;
    case "force-run":
      return <ForceDialog run={run} onClose={onClose} />;
    case "set-state":
      return <SetStateDialog run={run} wish={wish} onClose={onClose} />;
    case "delete":
      return <DeleteDialog run={run} onClose={onClose} />;
  }
}
