import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { gridQuery, type PipelineKey } from "../../../api/pipelines";
import { Choice } from "../../../components/Choice";
import { Command, Empty } from "../../../components/Empty";
import { Grid } from "./Grid";
import style from "../pipelines.module.css";

const COUNTS = ["15", "30", "60", "100"].map((count) => [count, count] as const);

/** The grid, over as many runs as one wants to see. */
export function GridTab({ name, namespace }: PipelineKey) {
  const [count, setCount] = useState("30");
  const grid = useQuery(gridQuery({ name, namespace }, Number(count)));
  if (grid.error !== null) return <Empty title="The grid can’t be shown"><p>{grid.error.message}</p></Empty>;
  if (grid.data === undefined) return <div aria-busy />;
  if (grid.data.runs.length === 0) {
    return <Empty title="No runs yet"><p>Each run becomes a column here, each task a row: one sees what fails always and what failed once.</p><Command>{`penstock run ${name}`}</Command></Empty>;
  }
  return (
    <>
      <div className={style.bar}><span className="pn-dim">Last</span><Choice label="How many runs" value={count} options={COUNTS} onChange={setCount} /><span className="pn-dim">runs</span></div>
      <Grid grid={grid.data} />
    </>
  );
}
