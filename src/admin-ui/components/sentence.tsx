/** A sentence of the server. Times in it are written as this page writes them. */
import { Time } from './time.js';

const INSTANT = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

export function Sentence({ text }: { readonly text: string }) {
  // Every second piece is what the pattern has caught.
  return (
    <>{text.split(INSTANT).map((piece, at) => (at % 2 === 1 ? <Time key={piece} value={piece} exact /> : piece))}</>
  );
}
