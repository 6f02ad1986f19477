/** A traceback with one's own frames in full and those of libraries folded. */
import { useMemo, useState } from "react";

import { culprit, type Fold, folded, type Frame, type Part, shortFile } from "./traceback";

export function Traceback({ parts }: { parts: readonly Part[] }) {
  const shown = useMemo(() => folded(parts), [parts]);
  const worst = culprit(parts);
  return (
    <div className="pn-trace" role="group" aria-label="Traceback" tabIndex={0}>
      {shown.map((part, at) => {
        if (part.kind === "fold") return <Folded key={at} fold={part} />;
        if (part.kind === "frame") return <FrameLines key={at} frame={part} worst={part === worst} />;
        return <pre key={at} className="pn-trace-words">{part.lines.join("\n")}</pre>;
      })}
    </div>
  );
}

function FrameLines({ frame, worst }: { frame: Frame; worst: boolean }) {
  return (
    <div className="pn-trace-frame" data-own={frame.own || undefined} data-worst={worst || undefined}>
      <div className="pn-trace-place" title={frame.file}>
        <span>{shortFile(frame.file)}</span>:{frame.line}{frame.name !== "" && <> in <strong>{frame.name}</strong></>}
      </div>
      {frame.code.length > 0 && <pre>{frame.code.join("\n")}</pre>}
    </div>
  );
}

function Folded({ fold }: { fold: Fold }) {
  const [open, setOpen] = useState(false);
  if (open) return fold.frames.map((frame, at) => <FrameLines key={at} frame={frame} worst={false} />);
  return <button type="button" className="pn-trace-fold" onClick={() => setOpen(true)}>{fold.frames.length} frames of libraries</button>;
}
