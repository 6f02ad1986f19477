import { ActionIcon, useMantineColorScheme } from "@mantine/core";
import { Monitor, Moon, Sun } from "lucide-react";

const NEXT = { auto: "light", light: "dark", dark: "auto" } as const;
const WORDS = { auto: "like the system", light: "light", dark: "dark" } as const;

/** Light, dark, or as the system has it; in turn. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = { auto: Monitor, light: Sun, dark: Moon }[colorScheme];
  const said = `Theme: ${WORDS[colorScheme]}`;
  return (
    <ActionIcon title={said} aria-label={`${said}. Change to ${WORDS[NEXT[colorScheme]]}`} onClick={() => setColorScheme(NEXT[colorScheme])}>
      <Icon size={16} />
    </ActionIcon>
  );
}
