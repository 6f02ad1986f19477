/** A state's sign: colour and shape, and its word for readers (and beside it, where there is room). */
import { memo } from "react";

import { STATE_LOOK, stateText, type Mark, type State } from "../domain/states";

interface Props {
  state: State;
  size?: number;
  /** Leaves the word out for readers, where it stands beside the icon anyway. */
  silent?: boolean;
}

export const StateIcon = memo(function StateIcon({ state, size = 16, silent = false }: Props) {
  const { word, color, marks, turns } = STATE_LOOK[state];
  const said = silent ? { "aria-hidden": true } : { role: "img", "aria-label": word };
  return (
    <svg className="pn-state-icon" width={size} height={size} viewBox="0 0 16 16" style={{ color: `var(${color})` }} {...said}>
      {marks.map((mark, at) => (
        <path key={mark.d} d={mark.d} {...strokeOf(mark)} className={turns && at === marks.length - 1 ? "pn-turns" : undefined} />
      ))}
    </svg>
  );
});

function strokeOf({ as, dash, alpha }: Mark) {
  if (as === "fill") return { fill: "currentColor" };
  const stroke = as === "knock" ? "var(--pn-surface)" : "currentColor";
  return { fill: "none", stroke, strokeWidth: 1.7, strokeLinecap: "round", strokeLinejoin: "round", strokeDasharray: dash?.join(" "), opacity: alpha } as const;
}

/** Icon and word: "failed (timeout)". */
export function StateLabel({ state, reason }: { state: State; reason?: string | null }) {
  return (
    <span className="pn-state-label" style={{ display: "inline-flex", gap: 6, alignItems: "center", whiteSpace: "nowrap", verticalAlign: "bottom" }}>
      <StateIcon state={state} silent />
      <span style={{ color: `var(${STATE_LOOK[state].color})` }}>{stateText(state, reason)}</span>
    </span>
  );
}
