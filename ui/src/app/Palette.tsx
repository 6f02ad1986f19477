import { Modal, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useState, type KeyboardEvent } from "react";
import { pipelinesQuery } from "../api/pipelines";
import { findRunQuery, runContextQuery, type RunDocument } from "../api/runs";
import { signOut } from "../api/service";
import { useDoingsHere } from "../components/doings";
import { StateIcon } from "../components/StateIcon";
import { calledText } from "../domain/names";
import { ranked, type Entry } from "./ranked";
import style from "./Palette.module.css";

/** Search or jump to anything: places, pipelines, runs by their id, what can be done. */
export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const pipelines = useQuery(pipelinesQuery());
  const found = useQuery(findRunQuery(text.trim()));
  const here: string | undefined = useParams({ strict: false }).runId;
  const context = useQuery({ ...runContextQuery(here ?? ""), enabled: here !== undefined });

  const fixed = useMemo<Entry[]>(() => [
    { key: "runs", word: "Runs", kind: "Go to", act: () => void navigate({ to: "/runs" }) },
    { key: "failed", word: "Runs that failed", kind: "Go to", act: () => void navigate({ to: "/runs", search: { q: "state:failed" } }) },
    { key: "running", word: "Runs that are running", kind: "Go to", act: () => void navigate({ to: "/runs", search: { q: "state:running" } }) },
    { key: "pipelines", word: "Pipelines", kind: "Go to", act: () => void navigate({ to: "/pipelines" }) },
    { key: "light", word: "Light theme", kind: "Do", act: () => setColorScheme("light") },
    { key: "dark", word: "Dark theme", kind: "Do", act: () => setColorScheme("dark") },
    { key: "auto", word: "Theme like the system", kind: "Do", act: () => setColorScheme("auto") },
    { key: "help", word: "Keys", kind: "Do", stays: true, act: onHelp },
    { key: "out", word: "Sign out", kind: "Do", act: () => void signOut() },
  ], [navigate, onHelp, setColorScheme]);
  const known = useMemo<Entry[]>(() => (pipelines.data?.items ?? []).flatMap((item) => {
    const place = { params: { name: item.name, tab: "overview" }, search: { namespace: item.namespace } };
    const word = calledText(item.namespace, item.name);
    return [
      { key: `p ${word}`, word, kind: "Pipeline", act: () => void navigate({ to: "/pipelines/$name/$tab", ...place }) },
      { key: `n ${word}`, word: `Run ${word} now`, kind: "Do", act: () => void navigate({ to: "/pipelines/$name/$tab", ...place, search: { ...place.search, run: "now" } }) },
    ];
  }), [pipelines.data, navigate]);
  const runs: Entry[] = found.data ? [runEntry(found.data)] : [];
  if (found.data && here !== undefined && found.data.id !== here) runs.push(compareEntry(`Compare this run with ${found.data.id}`, found.data.id, here));
  const previous = context.data?.previous;
  const compare = here !== undefined && previous ? [compareEntry("Compare with the run before", previous, here)] : [];
  const doings = useDoingsHere();
  const local = useMemo(() => doings.map((doing) => ({ ...doing, kind: "Do" })), [doings]);
  const shown = [...runs, ...ranked([...local.filter(({ many }) => !many), ...compare, ...fixed, ...known, ...local.filter(({ many }) => many)], text)].slice(0, 50);
  const current = Math.min(at, shown.length - 1);

  function runEntry(run: RunDocument): Entry {
    return {
      key: run.id, word: run.id, kind: run.pipeline, state: run.state,
      act: () => void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab: "overview" } }),
    };
  }
  /** Whichever of the two is older comes first: ids grow with time. */
  function compareEntry(word: string, one: string, other: string): Entry {
    const [first, second] = [one, other].sort() as [string, string];
    return { key: `c ${one}`, word, kind: "Do", act: () => void navigate({ to: "/runs/$first/compare/$second", params: { first, second } }) };
  }
  function run(entry: Entry | undefined) {
    if (entry === undefined) return;
    if (!entry.stays) onClose();
    entry.act();
  }
  function pressed(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) setAt((current + step + shown.length) % shown.length);
    else if (event.key === "Enter") run(shown[current]);
    else return;
    event.preventDefault();
  }
  return (
    <Modal opened onClose={onClose} withCloseButton={false} padding={0} size="lg" yOffset="10vh" attributes={{ content: { "aria-label": "Search or jump to" } }}>
      <input
        className={style.input} value={text} placeholder="A pipeline, a run’s id, a place, or what to do" data-autofocus aria-label="Search or jump to"
        role="combobox" aria-expanded aria-controls="palette" aria-activedescendant={shown[current] && `palette-${current}`}
        spellCheck={false} autoComplete="off" onKeyDown={pressed}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
      />
      <ul className={style.list} id="palette" role="listbox" aria-label="Found" tabIndex={-1}>
        {shown.map((entry, place) => (
          <li
            key={entry.key} id={`palette-${place}`} role="option" aria-selected={place === current} className={style.entry}
            ref={place === current ? (row) => row?.scrollIntoView({ block: "nearest" }) : undefined}
            onClick={() => run(entry)} onMouseMove={() => setAt(place)}
          >
            {entry.state !== undefined && <StateIcon state={entry.state} />}
            <span className="pn-cut"><bdi>{entry.word}</bdi></span>
            <span className={style.kind}>{entry.kind}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={style.none}>Nothing of that name. Runs are found by the first or last characters of their id.</p>}
    </Modal>
  );
}
