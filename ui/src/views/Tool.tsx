import type { ReactNode } from "react";
import "./tools.css";

interface Props {
  label: string;
  /** For what is on or off. */
  pressed?: boolean;
  onClick: () => void;
  /** An icon. */
  children: ReactNode;
}

/** A button with an icon alone, in the bar above a picture. */
export function Tool({ label, pressed, onClick, children }: Props) {
  return <button type="button" className="pn-tool" data-icon aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>{children}</button>;
}
