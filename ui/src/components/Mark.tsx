/** The sign of Penstock: a pipe that leads down to a gate. */
export function Mark({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="var(--pn-accent)" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d="M3 5h7l8 11h3" />
      <path d="M3 10h4.5l8 11H21" />
      <path d="M18 13v11" />
    </svg>
  );
}
