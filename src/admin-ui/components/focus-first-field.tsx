/** Put into the form of a dialog: typing can begin at once. The dialog itself puts focus on its closing button. */
import { useEffect, useRef } from 'react';

export function FocusFirstField() {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // In the next frame the dialog has done its part.
    const frame = requestAnimationFrame(() => {
      place.current?.closest('form')?.querySelector<HTMLElement>('input, textarea')?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return <span ref={place} hidden />;
}
