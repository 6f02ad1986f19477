import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Comparison } from "../../api/comparison";
import { runsQuery } from "../../api/runs";
import { DropMenu, MenuItem, MenuLine, MenuNote } from "../../components/DropMenu";
import { StateIcon } from "../../components/StateIcon";
import { Ago, Took } from "../../components/When";
import { countsFrom } from "../../domain/lasting";
import type { Side } from "./differences";
import style from "./compare.module.css";

interface Props {
  /** The one that stands here. */
  run: Comparison["first"];
  /** The id of the one beside it: a run is not compared with itself. */
  other: string;
  side: Side;
  onTake: (run: string) => void;
}

const SHOWN = 30;

/** Other runs of the pipeline, newest first, one of which may take this one's place. */
export function RunPicker({ run, other, side, onTake }: Props) {
  const navigate = useNavigate();
  const runs = useInfiniteQuery(runsQuery({ pipeline: [run.pipeline], namespace: [run.namespace] }, "-created_at"));
  const items = (runs.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => id !== run.id && id !== other).slice(0, SHOWN);
  return (
    <DropMenu label={`Choose another run as the ${side}`} word={null} icon={null} className={style.picker}>
      <MenuNote>{items.length === 0 ? "No other run of this pipeline." : "Runs of this pipeline, newest first"}</MenuNote>
      {items.map((item) => (
        <MenuItem key={item.id} onSelect={() => onTake(item.id)}>
          <StateIcon state={item.state} size={14} />
          <code>{item.id}</code>
          <span className={style.pickedAt}><Ago at={item.created_at} /></span>
          <span className={style.pickedFor}><Took seconds={item.duration} since={countsFrom(item)} /></span>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => void navigate({ to: "/runs" })}>Tick any two in the list of runs…</MenuItem>
    </DropMenu>
  );
}
