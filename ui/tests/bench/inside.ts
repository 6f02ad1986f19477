/** What runs inside the page: each is sent there as text, so that it uses nothing from outside of itself. */

export interface Frames {
  /** Milliseconds between frames: median, 95th percentile, most. */
  median: number;
  p95: number;
  most: number;
  /** Frames a second over the whole time. */
  fps: number;
}

/** Counts frames for so many milliseconds. */
export async function frames(duration: number): Promise<Frames> {
  const gaps: number[] = [];
  const begun = performance.now();
  let last = begun;
  await new Promise<void>((settle) => {
    const next = (now: number): void => {
      if (now > last) gaps.push(now - last);
      last = Math.max(now, last);
      if (now - begun < duration) requestAnimationFrame(next);
      else settle();
    };
    requestAnimationFrame(next);
  });
  gaps.sort((one, other) => one - other);
  const at = (share: number): number => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95), most: at(1), fps: (gaps.length * 1000) / (last - begun) };
}

/** A script that notes (as `seenAt`) the first frame in which a text stands on the page. */
export function watchText(text: string): string {
  return `{
    const look = () => {
      if (document.body?.textContent?.includes(${JSON.stringify(text)})) requestAnimationFrame(() => { globalThis.seenAt = performance.now(); });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`;
}

/** A script that notes the first frame in which a large canvas holds more than one colour. */
export function watchCanvas(): string {
  return `{
    const small = new OffscreenCanvas(64, 36);
    const pen = small.getContext("2d", { willReadFrequently: true });
    const drawn = (canvas) => {
      if (canvas.width < 300 || canvas.height < 150) return false;
      pen.clearRect(0, 0, 64, 36);
      pen.drawImage(canvas, 0, 0, 64, 36);
      const data = new Uint32Array(pen.getImageData(0, 0, 64, 36).data.buffer);
      return new Set(data).size > 8;
    };
    const look = () => {
      if ([...document.querySelectorAll("canvas")].some(drawn)) globalThis.seenAt = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`;
}

/** A script that notes (as `seen`) when a row with a name of this kind first has a word: milliseconds since 1970. */
export function watchRows(name: string, word: string): string {
  return `{
    globalThis.seen = {};
    const look = () => {
      const walker = document.createTreeWalker(document.body ?? document, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        if (walker.currentNode.nodeValue.trim() !== ${JSON.stringify(word)}) continue;
        const row = walker.currentNode.parentElement.closest("[role=row], tr, li");
        const [of] = row?.textContent.match(/${name}/) ?? [];
        if (of) globalThis.seen[of] ??= Date.now();
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`;
}
