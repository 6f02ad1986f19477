/** A figure of Plotly's as a picture, or as the JSON that it is kept as. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import { Choice } from "../../../components/Choice";
import { type Drawing, drawingOf } from "./plotly";

export function PlotlyChart({ figure, otherwise }: { figure: unknown; otherwise: ReactNode }) {
  const drawing = useMemo(() => drawingOf(figure), [figure]);
  const [look, setLook] = useState<"chart" | "json">("chart");
  if (drawing === null) return <><p className="pn-outputs-wait">A figure of a kind that is not drawn here: this is what is in it.</p>{otherwise}</>;
  return (
    <div className="pn-plotly">
      <div className="pn-plotly-bar"><Choice label="What to show of the figure" value={look} onChange={setLook} options={[["chart", "Chart"], ["json", "JSON"]]} /></div>
      {look === "chart" ? <Canvas drawing={drawing} /> : otherwise}
    </div>
  );
}

function Canvas({ drawing }: { drawing: Drawing }) {
  const holder = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let end: (() => void) | undefined;
    let wanted = true;
    import("./echarts").then(
      ({ draw }) => {
        if (wanted && holder.current !== null) end = draw(holder.current, drawing);
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      wanted = false;
      end?.();
    };
  }, [drawing]);
  if (problem !== null) return <p className="pn-logs-note" role="alert">The chart can't be drawn: {problem}</p>;
  return <div ref={holder} className="pn-plotly-chart" role="img" aria-label={drawing.title || "A figure that the run made"} />;
}
