/**
 * The secrets of receivers: what signs webhooks, and the headers that are sent to push receivers. None of them is in
 * the store: the first follow from a secret of the store, the others are sealed with one.
 */
import { hkdfSync } from 'node:crypto';
import { seal, sealingKey, unseal } from '../access/seal.js';
import type { RandomBytes } from '../access/token.js';
import type { Json } from '../scim/json.js';
import type { Store } from '../store/store.js';

/** As Standard Webhooks has it; what follows is base64. */
const PREFIX = 'whsec_';
/** Bytes. */
const SECRET = 32;

export class EventSecrets {
  private readonly asked = new Map<string, Promise<string>>();

  constructor(
    private readonly store: Pick<Store, 'secret'>,
    private readonly randomBytes: RandomBytes,
  ) {}

  /** `whsec_…`: what signs the webhooks of a receiver, by its id and that of one of its keys. */
  async ofWebhook(receiver: string, key: string): Promise<string> {
    const root = Buffer.from(await this.ofStore('webhooks'), 'hex');
    const bytes = hkdfSync('sha256', root, '', `webhook/${receiver}/${key}`, SECRET);
    return PREFIX + Buffer.from(bytes).toString('base64');
  }

  /** A header as it may be kept. @param url where it may be sent: to this server, and to no other */
  async sealed(header: string, url: string): Promise<string> {
    return seal([new URL(url).origin, header], sealingKey(await this.ofStore('receivers')), this.randomBytes);
  }

  /** @throws Error for what was not sealed with the secret of this store, or for another server */
  async unsealed(kept: string, url: string): Promise<string> {
    const [origin, header] = (unseal(kept, sealingKey(await this.ofStore('receivers'))) ?? []) as Json[];
    if (typeof header !== 'string') throw new Error('a sealed header was not sealed with the secret of this store');
    if (origin !== new URL(url).origin)
      throw new Error('a sealed header was given for another server than the one to tell');
    return header;
  }

  /** Asked for once; again after a failure. */
  private ofStore(name: string): Promise<string> {
    const known = this.asked.get(name);
    if (known) return known;
    const asked = this.store.secret(name, Buffer.from(this.randomBytes(SECRET)).toString('hex'));
    this.asked.set(name, asked);
    asked.catch(() => this.asked.delete(name));
    return asked;
  }
}
