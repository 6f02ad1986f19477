import type { ReactNode } from "react";

interface Props {
  title: string;
  /** It stands for the whole place, and its title for the place's. */
  whole?: boolean;
  /** What to do next. */
  children?: ReactNode;
}

/** A place without content: says why, and what fills it. */
export function Empty({ title, whole = false, children }: Props) {
  const Title = whole ? "h1" : "h2";
  return (
    <div className="pn-empty">
      <Title>{title}</Title>
      {children}
    </div>
  );
}

/** A command to type, that can be selected at a click. */
export function Command({ children }: { children: string }) {
  return <code className="pn-command">{children}</code>;
}
