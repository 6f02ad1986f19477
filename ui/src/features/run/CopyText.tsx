/** Copies a text and says so for a moment. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Check, Copy } from "lucide-react";

export function CopyText({ text, label, small = false }: { text: string; label: string; small?: boolean }) {
  const clipboard = useClipboard({ timeout: 1_500 });
  const icon = clipboard.copied ? <Check size={small ? 13 : 14} aria-hidden /> : <Copy size={small ? 13 : 14} aria-hidden />;
  if (small) {
    return (
      <Tooltip label={clipboard.copied ? "Copied" : label}>
        <ActionIcon size={22} aria-label={label} onClick={() => clipboard.copy(text)}>{icon}</ActionIcon>
      </Tooltip>
    );
  }
  return <Button leftSection={icon} onClick={() => clipboard.copy(text)}>{clipboard.copied ? "Copied" : label}</Button>;
}
