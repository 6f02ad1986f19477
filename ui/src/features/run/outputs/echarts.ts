/** The parts of ECharts that figures need; loaded when there is one. */
import { BarChart, HeatmapChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Drawing } from "./plotly";

register([BarChart, HeatmapChart, LineChart, PieChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

/** Draws into an element, in the colours of the page; answers how to end it. */
export function draw(element: HTMLElement, drawing: Drawing): () => void {
  const chart = init(element);
  const paint = () => chart.setOption(optionOf(drawing, element), { notMerge: true });
  paint();
  const size = new ResizeObserver(() => chart.resize());
  size.observe(element);
  const scheme = new MutationObserver(paint);
  scheme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
  return () => {
    size.disconnect();
    scheme.disconnect();
    chart.dispose();
  };
}

function optionOf(drawing: Drawing, element: HTMLElement): Parameters<ReturnType<typeof init>["setOption"]>[0] {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--pn-${name}`).trim();
  const [text, dim, line, surface] = [of("text"), of("dim"), of("line"), of("raised")];
  // Bars stand on zero; points may lie anywhere.
  const zero = drawing.series.some((series) => series.type === "bar");
  const axis = (told: NonNullable<Drawing["axes"]>["x"]) => ({
    type: told.type, name: told.name, nameLocation: "middle" as const, nameGap: 32, nameTextStyle: { color: dim }, data: told.categories, scale: told.type === "value" && !zero,
    axisLabel: { color: dim, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } },
  });
  return {
    animation: false, textStyle: { fontFamily: of("font"), color: text },
    title: { text: drawing.title, left: "center", textStyle: { color: text, fontSize: 14, fontWeight: 600 } },
    // As text on the canvas: nothing of a file becomes HTML of this page.
    tooltip: { trigger: drawing.series.length > 1 && drawing.axes ? "axis" : "item", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text } },
    legend: { show: drawing.series.length > 1 && drawing.series.some((series) => series.name !== ""), bottom: 0, type: "scroll", textStyle: { color: dim } },
    ...(drawing.axes && { grid: { left: 64, right: drawing.range ? 96 : 24, top: drawing.title === "" ? 24 : 48, bottom: 68 }, xAxis: axis(drawing.axes.x), yAxis: { ...axis(drawing.axes.y), nameGap: 48 } }),
    ...(drawing.range && { visualMap: { min: drawing.range[0], max: drawing.range[1], right: 8, top: "middle", textStyle: { color: dim } } }),
    series: drawing.series.map(({ area, color, ...series }) => ({
      ...series, ...(area && { areaStyle: { opacity: 0.2 } }), ...(color !== undefined && { color }), ...(series.type === "line" && { showSymbol: series.data.length < 60 }),
      ...(series.type === "pie" && { label: { color: text } }),
    })),
  } as Parameters<ReturnType<typeof init>["setOption"]>[0];
}
