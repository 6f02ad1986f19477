/** Requests that act once, however often they are sent. */
import { useRef } from "react";
import { jsonText } from "../domain/json";

/** A random key by which a request that is sent twice is known as one. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One key for each different request: sent twice, it acts once. */
export function useKeyOf(): (ask: unknown) => string {
  const last = useRef({ text: "", key: "" });
  return (ask) => {
    const text = jsonText(ask);
    if (last.current.text !== text) last.current = { text, key: freshKey() };
    return last.current.key;
  };
}
