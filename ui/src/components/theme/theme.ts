/** Mantine in our colours and sizes; what it draws follows the tokens in light and dark. */
import { createTheme, type CSSVariablesResolver, defaultVariantColorsResolver, localStorageColorSchemeManager, type VariantColorsResolver } from "@mantine/core";

const size = (px: number) => `${px / 16}rem`;

const CLOSE = { "aria-label": "Close" };
const TITLE = { title: { fontWeight: 600 } };

/** Filled, light and subtle things take our tokens: Mantine would choose their text by the light theme alone. */
const variants: VariantColorsResolver = (input) => {
  const tone = input.color === "red" ? "danger" : input.color === undefined || input.color === input.theme.primaryColor ? "accent" : undefined;
  if (tone === undefined) return defaultVariantColorsResolver(input);
  const border = "1px solid transparent";
  if (input.variant === "filled") {
    return { background: `var(--pn-${tone})`, hover: `color-mix(in srgb, var(--pn-${tone}) 88%, var(--pn-text))`, color: "var(--pn-accent-text)", border };
  }
  if (input.variant === "subtle") {
    return { background: "transparent", hover: `var(--pn-${tone}-soft)`, color: `var(--pn-${tone})`, border };
  }
  if (input.variant === "light") {
    return { background: `var(--pn-${tone}-soft)`, hover: `color-mix(in srgb, var(--pn-${tone}-soft) 90%, var(--pn-${tone}))`, color: `var(--pn-${tone})`, border };
  }
  return defaultVariantColorsResolver(input);
};

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  variantColorResolver: variants,
  colors: {
    blue: ["#eaf1fe", "#d3e2fd", "#a9c6fb", "#7aa7ff", "#7aa7ff", "#4a83ee", "#2f6fdf", "#1f5fd0", "#194fae", "#143f8c"],
    // Mantine's greys of the dark, from text to the deepest ground: those of our tokens.
    dark: ["#e6e9ee", "#a9b2be", "#8d98a6", "#5a6675", "#414c5a", "#29313c", "#1d232c", "#151a21", "#11161c", "#0f1318"],
  },
  fontFamily: "var(--pn-font)",
  fontFamilyMonospace: "var(--pn-mono)",
  defaultRadius: 6,
  fontSizes: { xs: size(12), sm: size(13), md: size(13), lg: size(15), xl: size(18) },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.5" },
  spacing: { xs: size(8), sm: size(12), md: size(16), lg: size(20), xl: size(28) },
  headings: { sizes: { h1: { fontSize: size(15) }, h2: { fontSize: size(13) } } },
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs", variant: "default" } },
    ActionIcon: { defaultProps: { size: 28, variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    NativeSelect: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    MultiSelect: { defaultProps: { size: "xs" } },
    TagsInput: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false, transitionProps: { duration: 80 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 80 }, closeButtonProps: CLOSE }, styles: TITLE },
    Modal: { defaultProps: { closeButtonProps: CLOSE, centered: false, transitionProps: { duration: 80 }, radius: 8 }, styles: TITLE },
    Menu: { defaultProps: { transitionProps: { duration: 60 }, shadow: "md" } },
  },
});

/** Mantine's own names, said with our tokens. */
export const mantineVariables: CSSVariablesResolver = () => {
  const ours = {
    "--mantine-color-body": "var(--pn-surface)",
    "--mantine-color-text": "var(--pn-text)",
    "--mantine-color-dimmed": "var(--pn-dim)",
    "--mantine-color-default": "var(--pn-surface)",
    "--mantine-color-default-hover": "var(--pn-hover)",
    "--mantine-color-default-color": "var(--pn-text)",
    "--mantine-color-default-border": "var(--pn-line-strong)",
    "--mantine-color-placeholder": "var(--pn-faint)",
    "--mantine-color-error": "var(--pn-danger)",
    "--mantine-color-anchor": "var(--pn-accent)",
  };
  return { variables: {}, light: ours, dark: ours };
};

export const schemeManager = localStorageColorSchemeManager({ key: "penstock:scheme" });
