/**
 * What a program in JavaScript may give to subscribe(), of which the types say nothing there. Each function gives undefined
 * where it will do, otherwise what completes "Subscriber x cannot be: …".
 */
import { EVENT_TYPES, type EventType } from './event.js';

/** Of attempts, and of the milliseconds that a handler may be given. */
const MOST = 86_400_000;

/** A name that is written wrong would be an event that is never told. */
export function wrongHandler(handler: unknown): string | undefined {
  if (typeof handler === 'function') return undefined;
  if (typeof handler !== 'object' || handler === null || Array.isArray(handler)) {
    return 'it needs a handler, or an object with a handler for each event that it wants';
  }
  const handlers = Object.entries(handler).filter(([, one]) => one !== undefined);
  if (handlers.length === 0) return 'its object of handlers has none';
  for (const [name, one] of handlers) {
    if (!EVENT_TYPES.includes(name as EventType)) {
      return `there is no event ${JSON.stringify(name)}; there are ${EVENT_TYPES.join(', ')}`;
    }
    if (typeof one !== 'function') return `its handler of ${name} must be a function`;
  }
  return undefined;
}

export function wrongOption(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return 'its options must be an object';
  for (const [name, value] of Object.entries(options)) {
    if (name === 'from') {
      if (value !== undefined && value !== 'start' && value !== 'now') return 'from must be start or now';
    } else if (name !== 'attempts' && name !== 'timeout') {
      return `there is no option ${name}; there are from, attempts and timeout`;
    } else if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= MOST)) {
      return `${name} must be a whole number from 1 to ${MOST}; it is ${value}`;
    }
  }
  return undefined;
}
