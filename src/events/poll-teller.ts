/** How one that polls is told of a change once more: it is given the token with its next poll, as if it had not settled it. */
import { ScimError } from '../scim/errors.js';
import type { Receiver, Tenant } from '../store/store.js';
import type { Teller, Told } from './outlet.js';
import type { Polls } from './poll.js';
import { explain } from './refused.js';
import { namesOf, wantedEvents } from './webhooks.js';

export class PollTeller implements Teller {
  readonly outcome = 'The receiver is given it with its next poll.';

  constructor(
    private readonly polls: Pick<Polls, 'reopen'>,
    private readonly tenant: Tenant,
    private readonly receiver: Receiver,
  ) {}

  parts(told: Told): number {
    return this.wanted(told).length > 0 ? 1 : 0;
  }

  tell({ change }: Told): Promise<void> {
    return this.polls.reopen(this.tenant, this.receiver, change.sequence);
  }

  explain(error: unknown): string {
    return error instanceof ScimError ? error.message : explain(error);
  }

  nameOf(told: Told): string {
    return this.wanted(told)[0]?.type ?? 'event';
  }

  private wanted(told: Told) {
    return wantedEvents(told, namesOf(this.receiver));
  }
}
