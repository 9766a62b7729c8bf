/** How much one PATCH may go through: its operations run in one go, and all other requests wait for them. */
import { ScimError } from '../errors.js';
import { attributesOf, type FilterNode } from '../filter/node.js';

/** Values gone through by the operations of one PATCH, each as often as it is compared. */
const MAX_EFFORT = 500_000;

/** What the operations of one PATCH have gone through so far. One alone is always done, whatever it selects from. */
export class Effort {
  private spent = 0;

  /**
   * @param values that an operation goes through
   * @param filter that each of them is compared with
   * @throws ScimError payloadTooLarge when it is too much together with what was before
   */
  spend(values: number, filter?: FilterNode): void {
    const effort = values * (filter ? attributesOf(filter).length : 1);
    if (this.spent > 0 && this.spent + effort > MAX_EFFORT) {
      throw new ScimError(
        'payloadTooLarge',
        `The operations of a PATCH make at most ${MAX_EFFORT} comparisons with values that are there; send fewer at once.`,
      );
    }
    this.spent += effort;
  }
}
