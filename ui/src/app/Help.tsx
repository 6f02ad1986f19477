import { Modal } from "@mantine/core";
import style from "./Help.module.css";

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ["Everywhere", [["Ctrl K", "search or jump to"], ["g r", "runs"], ["g p", "pipelines"], ["/", "filter or search here"], ["?", "these keys"], ["Esc", "close"]]],
  ["Runs", [["j k", "next, previous row"], ["Enter", "open the run"], ["x", "tick the row"], ["Shift x", "tick up to here"]]],
  ["A run", [["1 – 6", "its tabs"], ["f", "next failed task"], ["F", "the one before"], ["r", "retry it"], ["R", "replay it"], ["p", "pause it, resume it"], ["[ ]", "previous, next run of the pipeline"], ["c", "copy the link"]]],
  ["Two runs compared", [["d", "only differences, or all"], ["s", "swap the sides"], ["[ ]", "previous, next run as the second"]]],
  ["Workflow and Gantt", [["right click", "what can be done with a task"], ["0", "fit"], ["+ −", "closer, further"], ["w a s d", "move the Gantt"], ["arrows", "along the edges"]]],
  ["Logs", [["e", "next error line"], [".", "follow the end"], ["n N", "next, previous match"], ["Esc", "lines of all times again"]]],
];

/** All keys. */
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keys" size="lg">
      <div className={style.keys}>
        {KEYS.map(([place, keys]) => (
          <section key={place}>
            <h2>{place}</h2>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt><kbd>{key}</kbd></dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
