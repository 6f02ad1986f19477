import { Alert, Button, Checkbox, Collapse, Group, MultiSelect, NativeSelect, Stack, TagsInput, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight, Play } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type FormEvent } from "react";
import { ApiProblem, type Schemas } from "../../../api/client";
import { useKeyOf } from "../../../api/once";
import { environmentQuery, useAskForRun } from "../../../api/pipelines";
import { askedWay, environmentsOf, firstEnvironment, readLabels, sliceProblem, USUAL, type Way, WHOLE, WAYS, type Ask, type Slice } from "./ask";
import { ParamField } from "../../../components/ParamField";
import { firstTexts, readAll } from "../../../domain/params";

type Pipeline = Schemas["PipelineDocument"];

const NONE: Pipeline["params"] = [];

/** However many params there are, the button is at hand. */
const FOOT = { position: "sticky", bottom: 0, zIndex: 1, margin: "0 -16px -16px", padding: "10px 16px", borderTop: "1px solid var(--pn-line)", background: "var(--mantine-color-body)" } as const;

interface Props {
  pipeline: Pipeline;
  /** Params and labels to begin with, those of an earlier run for example. */
  given?: { params: Record<string, unknown>; labels: Record<string, string>; environment: unknown } | undefined;
  onStarted: (run: Schemas["RunSummary"]) => void;
}

/** Asks for a run of a pipeline: its params by their types, labels, and which part of it. */
export function RunForm({ pipeline, given, onStarted }: Props) {
  const [edits, setEdits] = useState<Record<string, string>>({});
  const [environment, setEnvironment] = useState(() => firstEnvironment(pipeline, given?.environment));
  const [labels, setLabels] = useState(() => Object.entries(given?.labels ?? {}).map(([key, value]) => `${key}=${value}`));
  const [slice, setSlice] = useState<Slice>(WHOLE);
  const [way, setWay] = useState<Way>(USUAL);
  const [sent, setSent] = useState(false);
  const asking = useAskForRun();
  const keyOf = useKeyOf();
  const form = useRef<HTMLFormElement>(null);
  // Its code may come after the drawer that it stands in, which then has the focus on its cross.
  useEffect(() => form.current?.querySelector<HTMLElement>("[data-autofocus], [type=submit]")?.focus({ preventScroll: true }), []);

  const elsewhere = environment !== null && environment !== pipeline.environment;
  const there = useQuery({ ...environmentQuery(pipeline, pipeline.version, environment ?? ""), enabled: elsewhere });
  const params = elsewhere ? (there.data?.params ?? NONE) : pipeline.params;
  const texts = useMemo(() => ({ ...firstTexts(params, given?.params), ...edits }), [params, given?.params, edits]);
  const filled = useMemo(() => readAll(params, texts), [params, texts]);
  const labelled = readLabels(labels);
  const told = { ...filled.problems, ...problemsOf(asking.error, params) };
  const partly = sliceProblem(slice);

  function submit(event: FormEvent) {
    event.preventDefault();
    setSent(true);
    if (Object.keys(filled.problems).length > 0 || labelled.problem !== null || partly !== null) return;
    const ask: Ask = {
      pipeline: pipeline.name, namespace: pipeline.namespace, env: elsewhere ? environment : null, ...askedWay(way), params: filled.params, labels: labelled.labels, ...slice,
    };
    asking.mutate({ ask, key: keyOf(ask) }, { onSuccess: onStarted });
  }

  return (
    <form ref={form} onSubmit={submit} noValidate aria-label={`Run ${pipeline.name}`}>
      <Stack gap="md">
        <EnvironmentField names={environmentsOf(pipeline)} chosen={environment} waits={elsewhere && there.isPending} onChange={setEnvironment} />
        {elsewhere && there.error !== null && <Refused title={`The project can’t be run in ${environment}`} problem={there.error} />}
        {params.length === 0 && (!elsewhere || there.isSuccess) && <Text c="dimmed">This pipeline has no params.</Text>}
        {params.map((param, at) => (
          <ParamField
            key={param.name} param={param} first={at === 0} text={texts[param.name] ?? ""} problem={sent ? told[param.name] : undefined}
            onChange={(text) => setEdits((before) => ({ ...before, [param.name]: text }))}
          />
        ))}
        <TagsInput
          label="Labels" description="key=value, one after another" value={labels} onChange={setLabels} maxTags={50}
          error={sent ? labelled.problem : null} splitChars={[",", ";"]} name="labels"
        />
        <WayFields names={pipeline.task_names} way={way} onChange={setWay} />
        <SliceFields names={pipeline.task_names} slice={slice} problem={sent ? partly : null} onChange={setSlice} />
        {asking.error !== null && <Refused title="The run was not started" problem={asking.error} />}
        <Group justify="flex-end" style={FOOT}>
          <Button type="submit" variant="filled" loading={asking.isPending} leftSection={<Play size={14} aria-hidden />} disabled={!pipeline.present || (elsewhere && !there.isSuccess)}>
            Run
          </Button>
        </Group>
        {!pipeline.present && <Text c="dimmed" size="sm">Its file is not in the project any more, so it can’t be run.</Text>}
      </Stack>
    </form>
  );
}

/** Of a pipeline of a Kedro project: the folder of its configuration. */
function EnvironmentField({ names, chosen, waits, onChange }: { names: string[]; chosen: string | null; waits: boolean; onChange: (name: string) => void }) {
  if (names.length === 0 || chosen === null) return null;
  return <NativeSelect label="Environment" name="environment" description={waits ? "Kedro opens the project there, to see what it takes …" : undefined} aria-busy={waits} data={names} value={chosen} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** The type of the run, and what that type asks for. */
function WayFields({ names, way, onChange }: { names: string[]; way: Way; onChange: (way: Way) => void }) {
  return (
    <>
      <NativeSelect label="Type" name="type" data={WAYS.map(([value, label]) => ({ value, label }))} value={way.type} onChange={(event) => onChange({ ...way, type: event.currentTarget.value as Way["type"] })} />
      {way.type === "incremental" && <Checkbox label="Take nothing from earlier runs, but keep the results for later ones" checked={way.refresh} onChange={(event) => onChange({ ...way, refresh: event.currentTarget.checked })} />}
      {way.type === "debug" && <MultiSelect label="Breakpoints" description="The run rests before these tasks" data={names} searchable clearable limit={100} nothingFoundMessage="No such task" value={way.breakpoints} onChange={(breakpoints) => onChange({ ...way, breakpoints })} />}
    </>
  );
}

interface SliceProps {
  names: string[];
  slice: Slice;
  problem: string | null;
  onChange: (slice: Slice) => void;
}

function SliceFields({ names, slice, problem, onChange }: SliceProps) {
  const [open, setOpen] = useState(false);
  const shared = { data: names, searchable: true, clearable: true, limit: 100, nothingFoundMessage: "No such task" };
  return (
    <div>
      <UnstyledButton onClick={() => setOpen(!open)} aria-expanded={open} style={{ display: "flex", gap: 4, alignItems: "center" }}>
        {open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        <Text size="sm" fw={500}>Only a part</Text>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap="sm" pt="xs">
          <Text size="sm" c="dimmed">What the part needs from other tasks is taken from the latest succeeded run.</Text>
          <MultiSelect {...shared} label="From" value={slice.from} onChange={(from) => onChange({ ...slice, from })} />
          <MultiSelect {...shared} label="To" value={slice.to} onChange={(to) => onChange({ ...slice, to })} />
          <MultiSelect {...shared} label="Only" value={slice.only} error={problem} onChange={(only) => onChange({ ...slice, only })} />
        </Stack>
      </Collapse>
    </div>
  );
}

function Refused({ title, problem }: { title: string; problem: Error }) {
  const cure = problem instanceof ApiProblem ? problem.cure : "Look whether the server is up, then try again.";
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>{problem.message}</Text>
      {cure && <Text size="sm" c="dimmed">{cure}</Text>}
    </Alert>
  );
}

/** What the server says of single params. */
function problemsOf(error: Error | null, params: Pipeline["params"]): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const known = new Set(params.map((param) => param.name));
  const found = error.errors.map(({ where, detail }) => [where.split(/[./]/).pop() ?? "", detail] as const);
  return Object.fromEntries(found.filter(([name]) => known.has(name)));
}
