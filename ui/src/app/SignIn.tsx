import { Button, PasswordInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { Command, Empty } from "../components/Empty";

/** Who is not known is told how to come in. */
export function SignIn() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await api.POST("/api/v1/session", { body: { token } });
      location.assign(location.pathname === "/login" ? "/" : location.href);
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  return (
    <Empty whole title="Sign in to Penstock">
      <p>In a terminal, in the project’s folder, this prints a link that signs you in:</p>
      <Command>penstock link</Command>
      <form onSubmit={(event) => void submit(event)} style={{ display: "grid", gap: 8, width: "min(320px, 100%)", marginTop: 16, textAlign: "left" }}>
        <PasswordInput label="Or give the token of this home" name="token" autoComplete="off" value={token} error={problem} onChange={(event) => setToken(event.currentTarget.value)} />
        <Button type="submit" disabled={token === ""}>Sign in</Button>
      </form>
    </Empty>
  );
}
