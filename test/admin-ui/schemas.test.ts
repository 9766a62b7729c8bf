import { describe, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { readSchemas } from '../../src/access/tenant-schemas.js';
import { EXAMPLES, textOf } from '../../src/admin-ui/schemas/examples.js';
import { rangeOf, readMistake } from '../../src/admin-ui/schemas/mistake.js';
import { serverDocuments } from '../../src/target.js';

describe('what is wrong with a document', () => {
  test('is read with its line', () => {
    const rule = 'Device: size: has the unknown type number (RFC 7643 §2.3)';
    expect(readMistake(`line 5: ${rule}`)).toEqual({ line: 5, rule });
    expect(readMistake('the document has 50001 characters; 50000 are the most')).toBeUndefined();
  });

  test('is found in the text', () => {
    const text = 'one\ntwo\n\nfour';
    const found = [1, 2, 3, 4, 9].map((line) => text.slice(...rangeOf(text, line)));
    expect(found).toEqual(['one', 'two', '', 'four', '']);
  });
});

describe('an example to begin with', () => {
  const registries = new Registries(serverDocuments(undefined));

  test.each(EXAMPLES)('$text is taken as it stands', ({ document }) => {
    expect(readSchemas(textOf(document), registries).resourceTypes.length).toBeGreaterThan(1);
  });

  test('of a type adds it', () => {
    const example = EXAMPLES.find(({ id }) => id === 'type');
    expect(readSchemas(textOf(example?.document ?? {}), registries).resourceType('Device')?.endpoint).toBe('/Devices');
  });
});
