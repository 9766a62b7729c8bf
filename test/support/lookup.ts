/** Names that have the addresses that a test says. */
import type { LookupAddress } from 'node:dns';
import type { AllLookup } from '../../src/network/checked-address.js';

/** A resolver for which every name has these addresses. */
export function resolvingTo(...addresses: string[]): AllLookup {
  const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_host, _options, done) => done(null, found);
}
