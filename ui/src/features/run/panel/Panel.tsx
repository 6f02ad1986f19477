/** A panel at the side of a picture: its width is the reader's, kept in the browser; Escape closes it. */
import { X } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";
import "./panel.css";

interface Props {
  title: ReactNode;
  /** For readers. */
  label: string;
  onClose: () => void;
  children: ReactNode;
}

const KEY = "penstock:panel";
const [LEAST, MOST, USUAL] = [280, 720, 380];

function kept(): number {
  const width = Number(localStorage.getItem(KEY));
  return width >= LEAST && width <= MOST ? width : USUAL;
}

export function Panel({ title, label, onClose, children }: Props) {
  const [width, setWidth] = useState(kept);
  const resize = (to: number) => {
    const held = Math.round(Math.min(MOST, Math.max(LEAST, to)));
    setWidth(held);
    localStorage.setItem(KEY, String(held));
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    if ((event.buttons & 1) === 0) return;
    resize(event.currentTarget.parentElement!.getBoundingClientRect().right - event.clientX);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") resize(width + 24);
    else if (event.key === "ArrowRight") resize(width - 24);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <aside className="pn-panel" aria-label={label} style={{ width }} onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) onClose(); }}>
      <div
        className="pn-panel-grip" role="separator" aria-orientation="vertical" aria-label="Width of the panel" tabIndex={0}
        aria-valuenow={width} aria-valuemin={LEAST} aria-valuemax={MOST}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag} onKeyDown={keys}
      />
      <header className="pn-panel-head">
        <h2>{title}</h2>
        <button type="button" className="pn-panel-close" aria-label="Close" title="Close (Esc)" onClick={onClose}><X size={15} aria-hidden /></button>
      </header>
      <div className="pn-panel-body">{children}</div>
    </aside>
  );
}
