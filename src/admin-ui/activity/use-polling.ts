import { useEffect, useRef } from 'react';

const PACE = 1_500;
/** While nobody sees the page, and after an error. */
const SLOW_PACE = 10_000;
/** Nobody may be there any more: asking on and on would keep the session open for whoever comes by. */
const UNATTENDED = 10 * 60_000;

interface Polling {
  readonly isOn: boolean;
  readonly ask: () => Promise<void>;
  /** After each attempt; undefined: it worked. */
  readonly onResult: (error: unknown) => void;
  /** Ten minutes without a key, a click or a touch. */
  readonly onUnattended: () => void;
}

/** When somebody last did something in the window, in milliseconds. */
function useLastTouch() {
  const last = useRef(Date.now());
  useEffect(() => {
    const touch = () => {
      last.current = Date.now();
    };
    const events = ['keydown', 'pointerdown', 'wheel'] as const;
    for (const name of events) addEventListener(name, touch, { passive: true });
    return () => {
      for (const name of events) removeEventListener(name, touch);
    };
  }, []);
  return last;
}

/** Asks again and again while it is on, one question at a time. */
export function usePolling({ isOn, ...callbacks }: Polling): void {
  const latest = useRef(callbacks);
  latest.current = callbacks;
  const touched = useLastTouch();
  useEffect(() => {
    if (!isOn) return;
    touched.current = Date.now();
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    const round = async () => {
      const error = await latest.current.ask().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (isOver) return;
      latest.current.onResult(error);
      if (Date.now() - touched.current > UNATTENDED) latest.current.onUnattended();
      timer = setTimeout(round, error || document.hidden ? SLOW_PACE : PACE);
    };
    timer = setTimeout(round, PACE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isOn, touched]);
}
