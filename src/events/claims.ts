/** Takes lanes from the store, those that want it in the same turn together. Knows: when. Does not know: leases. */
import type { Lane } from './lane.js';
import type { Places } from './places.js';

export interface ClaimsParts {
  readonly places: Pick<Places, 'claim'>;
  /** It is ours now. */
  readonly onGot: (lane: Lane) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onDone: () => void;
}

export class Claims {
  private wanted = new Set<Lane>();
  private running: Promise<void> | undefined;
  private isClosed = false;

  constructor(private readonly parts: ClaimsParts) {}

  /** Resolves when nothing is being taken. */
  get done(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  add(lane: Lane): void {
    lane.state = 'claiming';
    this.wanted.add(lane);
    this.running ??= this.run();
  }

  close(): void {
    this.isClosed = true;
  }

  private async run(): Promise<void> {
    await Promise.resolve();
    while (this.wanted.size > 0 && !this.isClosed) {
      const lanes = [...this.wanted].filter(({ state, isDropped }) => state === 'claiming' && !isDropped);
      this.wanted.clear();
      try {
        for (const lane of await this.parts.places.claim(lanes)) this.parts.onGot(lane);
      } catch (error) {
        for (const lane of lanes) if (lane.state === 'claiming') lane.state = 'away';
        this.parts.onFailure(error);
      }
    }
    // At once: what comes in the same turn begins anew.
    this.running = undefined;
    this.parts.onDone();
  }
}
