/**
 * Requests to other servers go to addresses that were checked, and to no other. Knows: names, addresses.
 * Does not know: what is asked there (post.ts; access/federation/fetch-json.ts).
 */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** Where requests may go. */
export interface AddressRules {
  /** True: private and loopback addresses, and plain http, are fine. */
  readonly allowsPrivate: boolean;
  /** How names become addresses; that of the system without it. */
  readonly lookup?: AllLookup | undefined;
}

/** dns.lookup, asked for all addresses of a name. */
export type AllLookup = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A host at addresses that are not public, where only those may be asked. */
export class AddressRefused extends Error {
  constructor(readonly host: string) {
    super(`the host ${JSON.stringify(host.slice(0, 300))} is at an address that is not public`);
    this.name = 'AddressRefused';
  }
}

/** Whether the rules know the scheme: https, and http where private addresses are allowed. */
export function isAllowedScheme({ protocol }: URL, { allowsPrivate }: AddressRules): boolean {
  return protocol === 'https:' || (protocol === 'http:' && allowsPrivate);
}

/** No name is looked up for an address that is written as such. @throws AddressRefused */
export function checkLiteral({ hostname }: URL, { allowsPrivate }: AddressRules): void {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !allowsPrivate && !isPublicAddress(literal)) throw new AddressRefused(hostname);
}

/**
 * The connection is made to the very addresses that were checked here: a name that is asked twice may answer
 * differently the second time.
 */
export function checkedLookup({ allowsPrivate, lookup = systemLookup }: AddressRules): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) {
        done(error, []);
        return;
      }
      const addresses = allowsPrivate ? found : found.filter(({ address }) => isPublicAddress(address));
      const [first] = addresses;
      if (!first) done(new AddressRefused(host), []);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** The refusal in what a request failed of, which may hold an error for each address that was tried. */
export function refusalIn(error: unknown): AddressRefused | undefined {
  const causes: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return causes.find((cause) => cause instanceof AddressRefused);
}

/** Whether it is the time limit that a request failed of. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
