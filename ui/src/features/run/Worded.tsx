/** A sentence with names in it, which are set apart from its words. */
import { Fragment } from "react";

export type Words = readonly (string | { name: string })[];

export function Worded({ words }: { words: Words }) {
  return words.map((word, at) => <Fragment key={at}>{typeof word === "string" ? word : <strong><bdi>{word.name}</bdi></strong>}</Fragment>);
}
