import type { ReactNode } from "react";

interface Props {
  title: string;
  /** What to do next. */
  children?: ReactNode;
}

/** A place without content: says why, and what fills it. */
export function Empty({ title, children }: Props) {
  return (
    <div className="pn-empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A command to type, that can be selected at a click. */
export function Command({ children }: { children: string }) {
  return <code className="pn-command">{children}</code>;
}
