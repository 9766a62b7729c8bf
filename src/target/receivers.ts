/** What tells others, over the network, of what was committed, and what others come for. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Registries } from '../access/registries.js';
import type { Sources } from '../access/tenants.js';
import { EventDesk } from '../events/desk.js';
import { Feed } from '../events/feed.js';
import { Polls } from '../events/poll.js';
import { ReceiverOutlets } from '../events/receiver-outlets.js';
import { Receivers } from '../events/receivers.js';
import { EventSecrets } from '../events/secrets.js';
import { SetSigner } from '../events/set-signer.js';
import { SigningKeys } from '../events/signing-keys.js';
import { Waits } from '../events/waits.js';
import type { TargetSettings } from '../options.js';
import type { Store } from '../store/store.js';
import type { EventParts } from './events.js';

export function receiversOf(
  parts: Sources & { readonly store: Store; readonly registries: Registries; readonly log: Logger },
  { dispatcher, reader, events }: Pick<EventParts, 'dispatcher' | 'reader' | 'events'>,
  { publicUrl: issuer, webhookPrivate }: TargetSettings,
) {
  const { registries } = parts;
  const secrets = new EventSecrets(parts.store, randomBytes);
  const keys = new SigningKeys(parts);
  const signer = new SetSigner({ ...parts, keys, issuer, typesOf: (tenant) => registries.of(tenant).resourceType });
  const rules = { allowsPrivate: webhookPrivate === 'allow' };
  const polls = new Polls({ ...parts, reader, signer, wake: (tenant) => dispatcher.wake(tenant) });
  const outlets = new ReceiverOutlets({ ...parts, secrets, signer, rules, polls });
  dispatcher.add(outlets);
  const changed = (): void => {
    outlets.changed();
    dispatcher.refresh();
  };
  const waits = new Waits((listener) => dispatcher.onWake(listener));
  return {
    receivers: new Receivers({
      ...parts,
      secrets,
      signer,
      rules,
      changed,
      moved: (id, tenant) => dispatcher.moved(id, tenant),
      gone: (id) => {
        outlets.end(id);
        return dispatcher.drop(id);
      },
    }),
    desk: new EventDesk({ ...parts, dispatcher, reader, events, signer, keys }),
    polls,
    feed: new Feed({ ...parts, reader }),
    signer,
    waits,
    outlets,
    close: () => outlets.close(),
  };
}
