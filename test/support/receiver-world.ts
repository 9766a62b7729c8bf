/** A store with all that tells receivers of its changes, and no HTTP server: what a target puts together of it. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registries } from '../../src/access/registries.js';
import { readOptions, type ServerOptions } from '../../src/options.js';
import { createMemoryStore } from '../../src/store/memory/store.js';
import type { Receiver, Store, Tenant } from '../../src/store/store.js';
import { eventsOf } from '../../src/target/events.js';
import { appDirectoryOf, directoryOf, isoClock, tenantsOf } from '../../src/target/parts.js';
import { receiversOf } from '../../src/target/receivers.js';
import { serverDocuments } from '../../src/target/stores.js';

type Flags = Partial<Record<keyof ServerOptions, string>>;

export class ReceiverWorld {
  /** What was logged. */
  logText = '';
  readonly registries = new Registries(serverDocuments(undefined));
  readonly store: Store = createMemoryStore({ types: this.registries.common.resourceType });
  private readonly log = pino({ level: 'info' }, { write: (line: string) => this.keepLine(line) });
  private readonly parts;
  readonly settings: ServerOptions;
  readonly eventParts;
  readonly told;
  readonly directory;

  /** @param now the present moment, ms since 1970; that of the system without it */
  constructor(flags: Flags = {}, now: () => number = Date.now) {
    const clock = isoClock(() => new Date(now()));
    this.settings = readOptions({}, { webhookPrivate: 'allow', ...flags });
    const { store, registries, log } = this;
    this.parts = { store, registries, log, clock, newId: randomUUID };
    this.eventParts = eventsOf(this.parts);
    this.told = receiversOf(this.parts, this.eventParts, this.settings);
    const { announce } = this.eventParts;
    const directory = directoryOf(store, this.settings, clock, {} as never, announce);
    const { maxFilterLength: length, maxFilterDepth: depth, maxFilterTerms: terms } = this.settings;
    this.directory = appDirectoryOf({ ...this.parts, directory, filterLimits: { length, depth, terms } });
  }

  get receivers() {
    return this.told.receivers;
  }

  tenant(name = 'acme'): Promise<Tenant> {
    return tenantsOf(this.store, this.parts).create({ name });
  }

  /** The receiver as the store has it. */
  async stored({ tenant, id }: Pick<Receiver, 'tenant' | 'id'>): Promise<Receiver> {
    const receiver = await this.store.receiver(tenant, id);
    if (!receiver) throw new Error(`no receiver ${id}`);
    return receiver;
  }

  /** Everything is told that can be told. */
  settled(): Promise<void> {
    return this.eventParts.events.settled();
  }

  private keepLine(line: string): void {
    this.logText += line;
  }

  async stop(): Promise<void> {
    this.told.waits.close();
    await this.eventParts.dispatcher.close();
    this.told.close();
    await this.store.close();
  }
}
