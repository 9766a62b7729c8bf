/**
 * How many requests of one tenant are taken per second, so that one that runs wild leaves the others their turn.
 * Knows: a bucket of tokens per tenant, which fills at the tenant's rate. Does not know: requests, HTTP.
 */

export interface RequestLimit {
  /**
   * Takes one request of the tenant, by Tenant.id. `rate`: requests per second; as many may come at once as come in a
   * second, at least 10. Undefined when it is taken, otherwise the whole seconds to wait (1 or more).
   */
  take(tenant: string, rate: number): number | undefined;
}

const LEAST_BURST = 10;

/**
 * @param now milliseconds of a clock that is never set back.
 * @param capacity tenants to remember; of more, those that have asked first are forgotten, and begin with a full bucket.
 */
export function createRequestLimit(now: () => number = () => performance.now(), capacity = 100_000): RequestLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (tenant, rate) => {
      const at = now();
      const most = Math.max(rate, LEAST_BURST);
      let bucket = buckets.get(tenant);
      if (!bucket) {
        bucket = { tokens: most, at };
        buckets.set(tenant, bucket);
        if (buckets.size > capacity) buckets.delete(buckets.keys().next().value as string);
      }
      bucket.tokens = Math.min(most, bucket.tokens + ((at - bucket.at) * rate) / 1_000);
      bucket.at = at;
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return undefined;
      }
      return Math.max(1, Math.ceil((1 - bucket.tokens) / rate));
    },
  };
}
