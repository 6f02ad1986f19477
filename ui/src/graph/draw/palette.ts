import { STATE_LOOK, type State } from "../../domain/states";

/** The page's colours as a canvas needs them, read anew when light turns to dark. */
export interface Palette {
  ground: string;
  surface: string;
  raised: string;
  line: string;
  lineStrong: string;
  text: string;
  dim: string;
  faint: string;
  accent: string;
  accentSoft: string;
  dangerSoft: string;
  edge: string;
  font: string;
  mono: string;
  state: Readonly<Record<State, string>>;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--pn-${name}`).trim();
  const state = Object.fromEntries(Object.entries(STATE_LOOK).map(([name, look]) => [name, style.getPropertyValue(look.color).trim()]));
  return {
    ground: of("ground"), surface: of("surface"), raised: of("raised"), line: of("line"), lineStrong: of("line-strong"), text: of("text"), dim: of("dim"),
    faint: of("faint"), accent: of("accent"), accentSoft: of("accent-soft"), dangerSoft: of("danger-soft"), edge: of("edge"), font: of("font"), mono: of("mono"),
    state: state as Record<State, string>,
  };
}

/** Calls when the page's colours have changed; answers how to stop. */
export function onScheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
  return () => observer.disconnect();
}
