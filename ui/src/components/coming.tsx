/** Components whose code comes when it is wanted. */
import { type ComponentType, lazy, useState } from "react";

export interface Coming<Props> {
  Part: ComponentType<Props>;
  /** Lets its code come ahead; fails where it can't. */
  ahead: () => Promise<void>;
}

/** Where the code is there it is drawn at once. React alone would show the way station, and then wait 0.3 s before it shows more. */
export function coming<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): Coming<Props> {
  let there: ComponentType<Props> | undefined;
  const ahead = async () => {
    there ??= (await load()).default;
  };
  const Later = lazy(load) as unknown as ComponentType<Props>;
  function Part(props: Props) {
    const [Drawn] = useState<ComponentType<Props>>(() => there ?? Later);
    return <Drawn {...props} />;
  }
  return { Part, ahead };
}
