/** Above the lines: whose, levels with their true counts, search, the next error, and how lines look. */
import { ActionIcon, Button, Popover, Switch, TextInput, Tooltip } from "@mantine/core";
import { ArrowDownToLine, ChevronDown, ChevronUp, Download, OctagonX, Settings2 } from "lucide-react";
import type { ReactNode, RefObject } from "react";

import { downloadOf, type Level, LEVELS, type LogView } from "../../../api/logs";
import type { Schemas } from "../../../api/client";
import { Choice } from "../../../components/Choice";
import type { TimeMode } from "../../../logs/times";
import type { LogLook } from "./look";

interface Props {
  view: LogView;
  summary: Schemas["LogSummary"] | undefined;
  look: LogLook;
  onLook: (look: LogLook) => void;
  onLevels: (levels: readonly Level[]) => void;
  choosers: ReactNode;
  search: SearchProps;
  /** More lines may come. */
  live: boolean;
  follows: boolean;
  onFollow: (on: boolean) => void;
  errors: number;
  onError: (by: 1 | -1) => void;
}

export function LogToolbar({ view, summary, look, onLook, onLevels, choosers, search, live, follows, onFollow, errors, onError }: Props) {
  return (
    <div className="pn-logs-bar" role="toolbar" aria-label="What the log shows">
      {choosers}
      <LevelChips view={view} counts={summary?.levels} onLevels={onLevels} />
      <Search {...search} />
      <span className="pn-logs-gap" />
      {errors > 0 && (
        <Tooltip label="Go to the next error line (e, back with E)">
          <Button leftSection={<OctagonX size={14} aria-hidden />} onClick={() => onError(1)}>Next error</Button>
        </Tooltip>
      )}
      <Tooltip label={live ? "Keep the end in view (.)" : "Go to the end (.)"}>
        <Button
          variant={follows && live ? "light" : "default"} aria-pressed={live ? follows : undefined}
          leftSection={<ArrowDownToLine size={14} aria-hidden />} onClick={() => onFollow(!live || !follows)}
        >
          {live ? "Follow" : "End"}
        </Button>
      </Tooltip>
      <LookMenu look={look} onLook={onLook} />
      <Tooltip label="Download these lines as text">
        <ActionIcon component="a" href={downloadOf(view)} download aria-label="Download these lines as text"><Download size={15} /></ActionIcon>
      </Tooltip>
    </div>
  );
}

const WORDS: Record<Level, string> = { debug: "debug", info: "info", warning: "warning", error: "error", critical: "critical", none: "printed" };

/** Levels that the log has. None pressed shows all. */
function LevelChips({ view, counts, onLevels }: { view: LogView; counts: Record<string, number> | undefined; onLevels: Props["onLevels"] }) {
  const present = LEVELS.filter((level) => (counts?.[level] ?? 0) > 0 || view.levels.includes(level));
  if (present.length === 0) return null;
  const toggle = (level: Level) =>
    onLevels(view.levels.includes(level) ? view.levels.filter((other) => other !== level) : LEVELS.filter((other) => other === level || view.levels.includes(other)));
  return (
    <div className="pn-chips" role="group" aria-label="Levels">
      {present.map((level) => (
        <button key={level} type="button" className="pn-chip" data-level={level} aria-pressed={view.levels.includes(level)} onClick={() => toggle(level)}>
          {WORDS[level]} <span className="pn-chip-count">{(counts?.[level] ?? 0).toLocaleString("en")}</span>
        </button>
      ))}
    </div>
  );
}

interface SearchProps {
  ref: RefObject<HTMLInputElement | null>;
  text: string;
  onText: (text: string) => void;
  matches: Schemas["LogMatches"] | undefined;
  pending: boolean;
  /** Which match is walked to, from 1. */
  position: number | undefined;
  walk: (by: 1 | -1) => void;
}

function Search({ ref, text, onText, matches, pending, position, walk }: SearchProps) {
  const some = (matches?.total ?? 0) > 0;
  return (
    <div className="pn-logs-search" role="search">
      <TextInput
        ref={ref} value={text} placeholder="Find in lines" aria-label="Find in lines" maxLength={200}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") walk(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") { onText(""); event.currentTarget.blur(); }
          else return;
          event.preventDefault();
        }}
      />
      {text.trim() !== "" && (
        <>
          <span className="pn-logs-found" aria-live="polite">{foundText(matches, pending, position)}</span>
          <ActionIcon aria-label="Previous match (N)" disabled={!some} onClick={() => walk(-1)}><ChevronUp size={15} /></ActionIcon>
          <ActionIcon aria-label="Next match (n)" disabled={!some} onClick={() => walk(1)}><ChevronDown size={15} /></ActionIcon>
        </>
      )}
    </div>
  );
}

function foundText(matches: Schemas["LogMatches"] | undefined, pending: boolean, position: number | undefined): string {
  if (matches === undefined) return pending ? "…" : "";
  if (matches.total === 0) return "no line";
  const total = matches.total.toLocaleString("en");
  const lines = matches.total === 1 ? "1 line" : `${total} lines`;
  if (position !== undefined) return `${position.toLocaleString("en")} of ${total}`;
  return matches.indexes.length < matches.total ? `${lines}, walks the first ${matches.indexes.length.toLocaleString("en")}` : lines;
}

const TIMES: [TimeMode, string][] = [["clock", "Time of day"], ["since", "Since the start"], ["none", "No times"]];

function LookMenu({ look, onLook }: { look: LogLook; onLook: (look: LogLook) => void }) {
  return (
    <Popover position="bottom-end" withinPortal={false} trapFocus>
      <Popover.Target>
        <ActionIcon aria-label="How lines look"><Settings2 size={15} /></ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className="pn-logs-look" aria-label="How lines look">
        <Choice label="Times" value={look.time} options={TIMES} onChange={(time) => onLook({ ...look, time })} />
        <Switch checked={look.wrapped} label="Wrap long lines" onChange={(event) => onLook({ ...look, wrapped: event.currentTarget.checked })} />
      </Popover.Dropdown>
    </Popover>
  );
}
