/** How a pipeline is called where people read it. */

/** The pipeline of a Kedro project that has no name of its own: it is called as its project. */
const UNNAMED = "__default__";

export interface Called {
  /** What stands before the name, fainter; null: nothing. */
  before: string | null;
  name: string;
}

export function calledOf(namespace: string, pipeline: string): Called {
  if (namespace === "default") return { before: null, name: pipeline };
  return pipeline === UNNAMED ? { before: null, name: namespace } : { before: namespace, name: pipeline };
}

/** The same as one text: "shop / orders". */
export function calledText(namespace: string, pipeline: string): string {
  const { before, name } = calledOf(namespace, pipeline);
  return before === null ? name : `${before} / ${name}`;
}
