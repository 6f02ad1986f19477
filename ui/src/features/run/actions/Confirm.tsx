/** A question before something is done that says what will happen. */
import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  opened: boolean;
  title: string;
  children: ReactNode;
  no: string;
  yes: string;
  dangerous?: boolean;
  doing: boolean;
  problem: Error | null;
  onNo: () => void;
  onYes: () => void;
}

export function Confirm({ opened, title, children, no, yes, dangerous = false, doing, problem, onNo, onYes }: Props) {
  return (
    <Modal opened={opened} onClose={onNo} title={title} size="sm">
      <p>{children}</p>
      {problem !== null && <p role="alert" className="pn-labels-problem">{problem.message}</p>}
      <div className="pn-run-confirm">
        <Button onClick={onNo}>{no}</Button>
        <Button {...(dangerous ? { color: "red" } : {})} variant="filled" loading={doing} onClick={onYes}>{yes}</Button>
      </div>
    </Modal>
  );
}
