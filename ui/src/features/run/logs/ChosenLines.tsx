/** What can be done with chosen lines: copy them, or a link to them. */
import { Button, CloseButton } from "@mantine/core";
import { Copy, Link } from "lucide-react";
import { useState } from "react";

import { type LogView, readLines } from "../../../api/logs";
import { plain } from "../../../logs/text";
import type { Chosen } from "./LogLines";

/** More is better downloaded. */
const MOST = 20_000;

export function ChosenLines({ view, chosen, onDone }: { view: LogView; chosen: Chosen; onDone: () => void }) {
  const [told, setTold] = useState("");
  const count = chosen.last - chosen.first + 1;
  const copyLines = async () => {
    try {
      const lines = await readLines(view, chosen.first, chosen.last);
      await navigator.clipboard.writeText(lines.map((line) => `${plain(line.message)}\n`).join(""));
      setTold(lines.length === 1 ? "Copied" : `${lines.length.toLocaleString("en")} lines copied`);
    } catch (problem) {
      setTold(problem instanceof Error ? problem.message : "Could not be copied");
    }
  };
  const copyLink = async () => {
    await navigator.clipboard.writeText(window.location.href).then(() => setTold("Link copied"), () => setTold("Could not be copied"));
  };
  return (
    <div className="pn-logs-chosen" role="status">
      <span>{count === 1 ? `Line ${(chosen.first + 1).toLocaleString("en")}` : `${count.toLocaleString("en")} lines`}</span>
      <Button size="compact-xs" leftSection={<Copy size={13} aria-hidden />} disabled={count > MOST} title={count > MOST ? "So many lines are better downloaded" : undefined} onClick={() => void copyLines()}>
        Copy text
      </Button>
      <Button size="compact-xs" leftSection={<Link size={13} aria-hidden />} onClick={() => void copyLink()}>Copy link</Button>
      <span className="pn-dim">{told === "" ? "Shift-click a number to choose up to there" : told}</span>
      <CloseButton size="xs" aria-label="Choose no line" onClick={onDone} />
    </div>
  );
}
