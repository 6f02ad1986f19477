/** A log line's message: colours as printed, matches set off, nothing in it that is more than text. */
import { type CSSProperties, memo } from "react";

import type { Colour, Style } from "../../../logs/ansi";
import { pieces } from "../../../logs/text";

export const LogText = memo(function LogText({ message, needle }: { message: string; needle: string }) {
  return pieces(message, needle).map(({ text, style, found }, at) => {
    const [className, inline] = lookOf(style);
    const Tag = found ? "mark" : "span";
    if (!found && className === "" && inline === undefined) return text;
    return <Tag key={at} className={className === "" ? undefined : className} style={inline}>{text}</Tag>;
  });
});

const FACES = ["bold", "dim", "italic", "underline", "strike"] as const;

/** The sixteen colours are the theme's; others are mixed with the theme's text, so that they can be read on its ground. */
function lookOf(style: Style): [string, CSSProperties | undefined] {
  const names = FACES.filter((face) => style[face]).map((face) => `pn-ansi-${face}`);
  const color = style.inverse ? style.ground : style.color;
  const ground = style.inverse ? (style.color ?? 7) : style.ground;
  let inline: CSSProperties | undefined;
  if (typeof color === "number") names.push(`pn-ansi-${color}`);
  else if (color !== undefined) inline = { color: `color-mix(in oklab, ${color} 55%, var(--pn-text))` };
  if (ground !== undefined) inline = { ...inline, backgroundColor: `color-mix(in oklab, ${cssOf(ground)} 22%, var(--pn-surface))` };
  return [names.join(" "), inline];
}

function cssOf(colour: Colour): string {
  return typeof colour === "number" ? `var(--pn-ansi-${colour})` : colour;
}
