/** A question before something is done that says what will happen. */
import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";

import { problemText } from "../../../api/client";

interface Props {
  title: string;
  children: ReactNode;
  no: string;
  yes: string;
  dangerous?: boolean;
  /** It can't be done as it stands. */
  blocked?: boolean;
  wide?: boolean;
  doing: boolean;
  problem: Error | null;
  onNo: () => void;
  onYes: () => void;
}

export function Confirm({ title, children, no, yes, dangerous = false, blocked = false, wide = false, doing, problem, onNo, onYes }: Props) {
  return (
    <Modal opened onClose={onNo} title={title} size={wide ? 620 : 480}>
      <form className="pn-ask" noValidate onSubmit={(event) => { event.preventDefault(); if (!blocked && !doing) onYes(); }}>
        {children}
        {problem !== null && <p role="alert" className="pn-ask-problem">{problemText(problem)}</p>}
        <div className="pn-ask-buttons">
          <Button onClick={onNo} data-autofocus={dangerous || undefined}>{no}</Button>
          <Button type="submit" {...(dangerous ? { color: "red" } : {})} variant="filled" data-autofocus={!dangerous || undefined} loading={doing} disabled={blocked}>{yes}</Button>
        </div>
      </form>
    </Modal>
  );
}
