/** Filters: RFC 7644 §3.4.2.2. */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { definitionOf, ENTERPRISE_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, JsonObject, Level } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { type Heading, rfcArea } from './rfc-check.js';

/** What a row may write into its filters. */
interface Subject {
  /** A text that is in the user's values and nowhere else on the server. */
  readonly word: string;
  /** The userName, which begins with the word. */
  readonly name: string;
  readonly id: string;
}

/** A check with one user, filters that find that user, and filters that find nobody. */
interface Row extends Heading {
  /** Attributes of User that the server's schema must have. */
  readonly attributes?: readonly string[];
  /** What the user has besides the usual. */
  readonly user?: (word: string) => JsonObject;
  readonly hits?: (subject: Subject) => readonly string[];
  readonly misses?: (subject: Subject) => readonly string[];
}

const SOURCE = 'RFC 7644 §3.4.2.2';

/** A string as filters write it: the JSON form. */
const quoted = (text: string): string => JSON.stringify(text);

const filterCheck = rfcArea('filter', SOURCE, 'filter');

function matching(row: Row): Check {
  return filterCheck({
    ...row,
    async run(t) {
      for (const attribute of row.attributes ?? []) t.needsAttribute(USER_URN, attribute);
      const word = t.unique('filter');
      const name = `${word}-m@example.com`;
      const made = await t.user({ userName: name, ...row.user?.(word) });
      const subject: Subject = { word, name, id: made.id };
      for (const filter of row.hits?.(subject) ?? []) t.expectFound(await t.find('User', filter), made);
      for (const filter of row.misses?.(subject) ?? []) t.expectFound(await t.find('User', filter));
    },
  });
}

/** Beginnings of one another order the same way in every collation, so that only the operator is asked about. */
const OPERATORS: readonly Row[] = [
  {
    id: 'eq',
    title: 'The operator eq finds the user with exactly the value.',
    fix: 'Let eq compare whole values: neither a part nor an extension of the value is a match.',
    hits: ({ name }) => [`userName eq ${quoted(name)}`],
    misses: ({ word, name }) => [word, `${name}x`, name.slice(1)].map((part) => `userName eq ${quoted(part)}`),
  },
  {
    id: 'ne',
    title: 'The operator ne finds those with another value, and not the one with this value.',
    fix: 'Let ne be true where the value differs from the one in the filter.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and userName ne ${quoted(`${name}x`)}`],
    misses: ({ word, name }) => [`userName sw ${quoted(word)} and userName ne ${quoted(name)}`],
  },
  {
    id: 'co',
    title: 'The operator co finds a part of the value anywhere in it.',
    fix: 'Let co be true where the value in the filter is a substring of the attribute value.',
    hits: ({ word, name }) => [
      `userName co ${quoted(name.slice(1, -1))}`,
      `userName co ${quoted(word)}`,
      `userName co ${quoted(name.slice(3))}`,
    ],
    misses: ({ word }) => [`userName co ${quoted(`${word}-n`)}`],
  },
  {
    id: 'sw',
    title: 'The operator sw finds the beginning of the value, and nothing inside it.',
    fix: 'Let sw be true only where the attribute value begins with the value in the filter.',
    hits: ({ word }) => [`userName sw ${quoted(word)}`],
    misses: ({ name }) => [`userName sw ${quoted(name.slice(1, -1))}`],
  },
  {
    id: 'ew',
    title: 'The operator ew finds the end of the value, and nothing inside it.',
    fix: 'Let ew be true only where the attribute value ends with the value in the filter.',
    hits: ({ name }) => [`userName ew ${quoted(name.slice(1))}`],
    misses: ({ name }) => [`userName ew ${quoted(name.slice(1, -1))}`],
  },
  {
    id: 'gt',
    title: 'The operator gt orders strings, and leaves out the value itself.',
    fix: 'Let gt be true for strings that come after the value in the filter, and false for the value itself.',
    hits: ({ word, name }) => [
      `userName eq ${quoted(name)} and userName gt ${quoted(word)}`,
      `userName eq ${quoted(name)} and userName gt ${quoted(`${word}-a`)}`,
    ],
    misses: ({ name }) => [`userName eq ${quoted(name)} and userName gt ${quoted(name)}`],
  },
  {
    id: 'ge',
    title: 'The operator ge orders strings, and takes in the value itself.',
    fix: 'Let ge be true for the value in the filter and for strings that come after it.',
    hits: ({ word, name }) => [
      `userName eq ${quoted(name)} and userName ge ${quoted(name)}`,
      `userName eq ${quoted(name)} and userName ge ${quoted(word)}`,
    ],
    misses: ({ word, name }) => [`userName eq ${quoted(name)} and userName ge ${quoted(`${word}-z`)}`],
  },
  {
    id: 'lt',
    title: 'The operator lt orders strings, and leaves out the value itself.',
    fix: 'Let lt be true for strings that come before the value in the filter, and false for the value itself.',
    hits: ({ word, name }) => [
      `userName eq ${quoted(name)} and userName lt ${quoted(`${name}x`)}`,
      `userName eq ${quoted(name)} and userName lt ${quoted(`${word}-z`)}`,
    ],
    misses: ({ name }) => [`userName eq ${quoted(name)} and userName lt ${quoted(name)}`],
  },
  {
    id: 'le',
    title: 'The operator le orders strings, and takes in the value itself.',
    fix: 'Let le be true for the value in the filter and for strings that come before it.',
    hits: ({ word, name }) => [
      `userName eq ${quoted(name)} and userName le ${quoted(name)}`,
      `userName eq ${quoted(name)} and userName le ${quoted(`${word}-z`)}`,
    ],
    misses: ({ word, name }) => [`userName eq ${quoted(name)} and userName le ${quoted(word)}`],
  },
  {
    id: 'pr',
    title: 'The operator pr is true of an attribute that has a value.',
    fix: 'Let pr be true where the attribute has a value that is neither empty nor null.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and userName pr`],
  },
  {
    id: 'pr-unassigned',
    title: 'The operator pr is false of an attribute that was never given.',
    fix: 'Let pr be false where the attribute has no value.',
    attributes: ['title'],
    misses: ({ name }) => [`userName eq ${quoted(name)} and title pr`],
  },
  {
    id: 'pr-complex',
    title: 'The operator pr is true of a complex attribute with a sub-attribute that has a value.',
    fix: 'Let pr look into complex attributes: one sub-attribute with a value is enough.',
    attributes: ['name.familyName'],
    user: () => ({ name: { familyName: 'Family' } }),
    hits: ({ name }) => [`userName eq ${quoted(name)} and name pr`],
  },
  {
    id: 'pr-multi-valued',
    title: 'The operator pr is true of a multi-valued attribute with a value, and false of one without.',
    fix: 'Let pr be true of a multi-valued attribute as soon as it has one value, and false when it has none.',
    attributes: ['emails.value', 'phoneNumbers'],
    hits: ({ name }) => [`userName eq ${quoted(name)} and emails pr`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and phoneNumbers pr`],
  },
  {
    id: 'boolean-eq',
    title: 'The operator eq compares booleans with true and false.',
    fix: 'Take true and false without quotes as values of boolean attributes in filters.',
    attributes: ['active'],
    user: () => ({ active: false }),
    hits: ({ name }) => [`userName eq ${quoted(name)} and active eq false`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and active eq true`],
  },
  {
    id: 'boolean-ne',
    title: 'The operator ne compares booleans with true and false.',
    fix: 'Take true and false without quotes as values of boolean attributes in filters.',
    attributes: ['active'],
    user: () => ({ active: true }),
    hits: ({ name }) => [`userName eq ${quoted(name)} and active ne false`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and active ne true`],
  },
  {
    id: 'eq-null',
    title: 'A comparison with null is true of an attribute without a value.',
    level: 'should',
    source: 'RFC 7643 §2.5, RFC 7644 §3.4.2.2',
    fix: 'Take null as a value in filters, and let it be equal to an attribute without a value.',
    attributes: ['title'],
    hits: ({ name }) => [`userName eq ${quoted(name)} and title eq null`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and userName eq null`],
  },
];

const LOGIC: readonly Row[] = [
  {
    id: 'and',
    title: 'The operator and is true only when both sides are.',
    fix: 'Let and be true only when the expressions on both sides are.',
    hits: ({ id, name }) => [`id eq ${quoted(id)} and userName eq ${quoted(name)}`],
    misses: ({ id, name }) => [
      `userName eq ${quoted(name)} and id eq ${quoted(`${id}0`)}`,
      `userName eq ${quoted(`${name}x`)} and id eq ${quoted(id)}`,
    ],
  },
  {
    id: 'or',
    title: 'The operator or is true when one side is.',
    fix: 'Let or be true as soon as the expression on one side is.',
    hits: ({ name }) => [
      `userName eq ${quoted(name)} or userName eq ${quoted(`${name}x`)}`,
      `userName eq ${quoted(`${name}x`)} or userName eq ${quoted(name)}`,
    ],
    misses: ({ name }) => [`userName eq ${quoted(`${name}x`)} or userName eq ${quoted(`${name}y`)}`],
  },
  {
    id: 'not',
    title: 'The operator not is true when the group behind it is false.',
    fix: 'Let not in front of a group turn its outcome round.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and not (userName eq ${quoted(`${name}x`)})`],
    misses: ({ word, name }) => [`userName sw ${quoted(word)} and not (userName eq ${quoted(name)})`],
  },
  {
    id: 'not-without-blank',
    title: 'The operator not may stand right before the parenthesis.',
    level: 'should',
    source: 'RFC 7644 §3.4.2.2, Figure 1',
    fix: 'Take not( as well as not ( in filters: the grammar has no blank there.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and not(userName eq ${quoted(`${name}x`)})`],
    misses: ({ word, name }) => [`userName sw ${quoted(word)} and not(userName eq ${quoted(name)})`],
  },
  {
    id: 'and-before-or',
    title: 'The operator and binds closer than or.',
    fix: 'Evaluate and before or when no parentheses say otherwise.',
    hits: ({ name }) => [
      `userName eq ${quoted(name)} or userName eq ${quoted(`${name}x`)} and userName eq ${quoted(`${name}y`)}`,
    ],
  },
  {
    id: 'not-before-and',
    title: 'The operator not binds closer than and.',
    fix: 'Evaluate not before and: it turns round the group behind it and nothing more.',
    misses: ({ name }) => [`not (userName eq ${quoted(`${name}x`)}) and userName eq ${quoted(`${name}y`)}`],
  },
  {
    id: 'parentheses',
    title: 'Parentheses are evaluated first.',
    fix: 'Evaluate what is in parentheses before the operators around them.',
    misses: ({ name }) => [
      `(userName eq ${quoted(name)} or userName eq ${quoted(`${name}x`)}) and userName eq ${quoted(`${name}y`)}`,
    ],
  },
  {
    id: 'parentheses-nested',
    title: 'Parentheses may be nested.',
    fix: 'Let groups in filters contain groups.',
    hits: ({ word, name }) => [
      `((userName eq ${quoted(name)}) and (not ((userName eq ${quoted(word)}) or (userName eq ${quoted(`${name}x`)}))))`,
    ],
  },
];

const NAMES: readonly Row[] = [
  {
    id: 'attribute-ignores-case',
    title: 'The letter case of attribute names in a filter does not matter.',
    fix: 'Compare attribute names in filters without regard to letter case.',
    hits: ({ name }) => [`USERNAME eq ${quoted(name)}`, `username eq ${quoted(name)}`],
  },
  {
    id: 'operator-ignores-case',
    title: 'The letter case of operators in a filter does not matter.',
    fix: 'Compare operators in filters without regard to letter case: eq, Eq and EQ are one.',
    hits: ({ name }) => [`userName EQ ${quoted(name)}`, `userName Eq ${quoted(name)} AND userName Pr`],
    misses: ({ name }) => [`userName eq ${quoted(name)} And NOT (userName eq ${quoted(name)})`],
  },
  {
    id: 'sub-attribute',
    title: 'A sub-attribute is named with a dot.',
    fix: 'Resolve names such as name.familyName in filters.',
    attributes: ['name.familyName'],
    user: (word) => ({ name: { familyName: `${word}-family` } }),
    hits: ({ word }) => [`name.familyName eq ${quoted(`${word}-family`)}`],
    misses: ({ word }) => [`name.givenName eq ${quoted(`${word}-family`)}`],
  },
  {
    id: 'core-urn',
    title: 'Attributes of the core schema may be named with its URN.',
    source: 'RFC 7644 §3.10',
    fix: `Take ${USER_URN}:userName for userName in filters.`,
    hits: ({ name }) => [`${USER_URN}:userName eq ${quoted(name)}`],
    misses: ({ name }) => [`${USER_URN}:userName eq ${quoted(`${name}x`)}`],
  },
  {
    id: 'core-urn-sub-attribute',
    title: 'Sub-attributes of the core schema may be named with its URN.',
    source: 'RFC 7644 §3.10',
    fix: `Take ${USER_URN}:name.familyName for name.familyName in filters.`,
    attributes: ['name.familyName'],
    user: (word) => ({ name: { familyName: `${word}-family` } }),
    hits: ({ word }) => [`${USER_URN}:name.familyName eq ${quoted(`${word}-family`)}`],
  },
  {
    id: 'urn-ignores-case',
    title: 'The letter case of a URN in a filter does not matter.',
    level: 'should',
    source: 'RFC 7643 §2.1, RFC 8141 §3.1',
    fix: 'Compare schema URNs in filters without regard to letter case, as attribute names are.',
    hits: ({ name }) => [`${USER_URN.toLowerCase()}:username eq ${quoted(name)}`],
  },
  {
    id: 'id',
    title: 'A user is found by id.',
    fix: 'Take id for an attribute like any other in filters.',
    hits: ({ id }) => [`id eq ${quoted(id)}`],
    misses: ({ id, name }) => [`userName eq ${quoted(name)} and id ne ${quoted(id)}`],
  },
  {
    id: 'external-id',
    title: 'A user is found by externalId.',
    source: 'RFC 7643 §3.1, RFC 7644 §3.4.2.2',
    fix: 'Take externalId for an attribute like any other in filters: clients match by it.',
    user: (word) => ({ externalId: `${word}-external` }),
    hits: ({ word }) => [`externalId eq ${quoted(`${word}-external`)}`],
    misses: ({ word }) => [`externalId eq ${quoted(`${word}-externa`)}`],
  },
  {
    id: 'resource-type',
    title: 'The attribute meta.resourceType can be part of a filter.',
    source: 'RFC 7643 §3.1, RFC 7644 §3.4.2.2',
    fix: 'Resolve meta.resourceType in filters to the name of the resource type.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and meta.resourceType eq "User"`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and meta.resourceType eq "Group"`],
  },
  {
    id: 'schemas',
    title: 'The attribute schemas can be part of a filter.',
    fix: 'Resolve schemas in filters to the URNs of the resource.',
    hits: ({ name }) => [`userName eq ${quoted(name)} and schemas eq ${quoted(USER_URN)}`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and schemas eq ${quoted(GROUP_URN)}`],
  },
];

const MULTI_VALUED: readonly Row[] = [
  {
    id: 'multi-valued',
    title: 'A filter on a multi-valued attribute is true when one of the values is.',
    fix: 'Compare each value of a multi-valued attribute; one that matches is enough.',
    attributes: ['emails.value'],
    user: twoEmails,
    hits: ({ word }) => [
      `emails.value eq ${quoted(`${word}-work@example.com`)}`,
      `emails.value eq ${quoted(`${word}-home@example.com`)}`,
    ],
    misses: ({ word }) => [`emails.value eq ${quoted(`${word}@example.com`)}`],
  },
  {
    id: 'multi-valued-type',
    title: 'The type of a value of a multi-valued attribute can be filtered by.',
    fix: 'Resolve emails.type in filters like any other sub-attribute.',
    attributes: ['emails.value', 'emails.type'],
    hits: ({ name }) => [`userName eq ${quoted(name)} and (emails.type eq "work")`],
    misses: ({ name }) => [`userName eq ${quoted(name)} and emails.type eq "home"`],
  },
  {
    id: 'multi-valued-default',
    title: 'A multi-valued attribute without a sub-attribute means its value.',
    level: 'should',
    fix: 'Take emails for emails.value in filters, as the examples of the RFC do.',
    attributes: ['emails.value'],
    user: twoEmails,
    hits: ({ word }) => [`emails co ${quoted(`${word}-home`)}`],
    misses: ({ word }) => [`emails co ${quoted(`${word}-other`)}`],
  },
];

function twoEmails(word: string): JsonObject {
  return {
    emails: [
      { value: `${word}-work@example.com`, type: 'work', primary: true },
      { value: `${word}-home@example.com`, type: 'home' },
    ],
  };
}

/** Strings that a careless server takes for something else than themselves. */
const TEXTS: readonly Row[] = [
  literal('quote', 'A quotation mark in a value is escaped with a backslash.', (word) => `${word} "Bee" Jensen`),
  literal('backslash', 'A backslash in a value is escaped with another.', (word) => `${word} C:\\new\\table`),
  literal('apostrophe', 'An apostrophe in a value is only a character.', (word) => `${word} O'Malley`),
  literal('operator-in-value', 'Parentheses and operators in a value are only characters.', (word) => {
    return `${word} ) or (a and b) eq [c]`;
  }),
  literal('reserved-characters', 'Characters with a meaning in URLs are only characters.', (word) => {
    return `${word} a+b&c=d#e?f/g%20h;i`;
  }),
  literal('non-ascii', 'Letters beyond ASCII are compared as they are.', (word) => `${word} Žofie Åström 山田 🐝`),
  {
    id: 'unicode-escape',
    title: 'A character in a value may be written as a JSON escape.',
    source: 'RFC 7644 §3.4.2.2, Figure 1; RFC 7159 §7',
    fix: 'Read string values of filters by the rules of JSON, \\u escapes included.',
    attributes: ['displayName'],
    user: (word) => ({ displayName: `${word} Renée` }),
    hits: ({ word }) => [`displayName eq "${word} Ren\\u00e9e"`],
  },
  wildcard('percent', '%', 'co'),
  wildcard('underscore', '_', 'co'),
  wildcard('asterisk', '*', 'co'),
  wildcard('dot', '.', 'co'),
  wildcard('percent-sw', '%', 'sw'),
  wildcard('underscore-ew', '_', 'ew'),
  {
    id: 'non-ascii-ignores-case',
    title: 'Letters beyond ASCII are compared without regard to case where ASCII letters are.',
    level: 'should',
    source: 'RFC 7644 §5',
    fix: 'Fold the case of all letters, not only of a to z, when userNames are compared.',
    user: (word) => ({ userName: `${word}-renée@example.com` }),
    hits: ({ word }) => [`userName eq ${quoted(`${word}-RENÉE@example.com`)}`],
  },
  {
    id: 'normalization',
    title: 'Composed and decomposed letters of a userName are the same.',
    level: 'should',
    source: 'RFC 7644 §5, RFC 7613 §3',
    fix: 'Bring userNames into Unicode normalization form C before they are compared.',
    user: (word) => ({ userName: `${word}-ren\u00e9e@example.com` }),
    hits: ({ word }) => [`userName eq ${quoted(`${word}-rene\u0301e@example.com`)}`],
  },
];

function literal(id: string, title: string, value: (word: string) => string): Row {
  return {
    id: `text-${id}`,
    title,
    source: 'RFC 7644 §3.4.2.2, Figure 1',
    fix: 'Read the value of a filter as a JSON string, and compare it as it is.',
    attributes: ['displayName'],
    user: (word) => ({ displayName: value(word) }),
    hits: ({ word }) => [`displayName eq ${quoted(value(word))}`],
    misses: ({ word }) => [`displayName eq ${quoted(`${value(word)}x`)}`],
  };
}

/** The value has the character at the place where a filter for another value has it. */
function wildcard(name: string, character: string, operator: 'co' | 'sw' | 'ew'): Row {
  const literalOf = (word: string) => `${word}${character}end`;
  return {
    id: `literal-${name}`,
    title: `The character ${JSON.stringify(character)} in the value of ${operator} stands for itself.`,
    fix: `Escape ${character} where a filter becomes a pattern of the database: SCIM has no wildcards.`,
    attributes: ['displayName'],
    user: (word) => ({ displayName: `${word}Xend` }),
    hits: ({ word }) => [`displayName ${operator} ${quoted(`${word}Xend`)}`],
    misses: ({ word }) => [`displayName ${operator} ${quoted(literalOf(word))}`],
  };
}

const EXTENSION: readonly Row[] = [
  {
    id: 'extension',
    title: 'An attribute of an extension is named with the URN of the extension.',
    source: 'RFC 7644 §3.10',
    fix: `Resolve names such as ${ENTERPRISE_URN}:employeeNumber in filters.`,
    needs: ['enterprise'],
    user: (word) => ({
      schemas: [USER_URN, ENTERPRISE_URN],
      [ENTERPRISE_URN]: { employeeNumber: `${word}-number` },
    }),
    hits: ({ word }) => [`${ENTERPRISE_URN}:employeeNumber eq ${quoted(`${word}-number`)}`],
    misses: ({ word }) => [`${ENTERPRISE_URN}:employeeNumber eq ${quoted(`${word}-other`)}`],
  },
  {
    id: 'extension-schema',
    title: 'Users with an extension are found by its URN in schemas.',
    fix: 'Let schemas in filters have the URNs of the extensions that the resource has.',
    needs: ['enterprise'],
    user: () => ({ schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: { department: 'Tours' } }),
    hits: ({ name }) => [`userName eq ${quoted(name)} and schemas eq ${quoted(ENTERPRISE_URN)}`],
  },
];

/** Filters that are no filters by the grammar of Figure 1. */
const NOT_FILTERS: readonly (readonly [id: string, what: string, filter: string, level?: Level])[] = [
  ['no-operator', 'an attribute without an operator', 'userName'],
  ['no-value', 'an operator without a value', 'userName eq'],
  ['open-string', 'a string without its end', 'userName eq "bjensen'],
  ['open-parenthesis', 'a parenthesis without its end', '(userName eq "bjensen"'],
  ['closed-parenthesis', 'a parenthesis without its beginning', 'userName eq "bjensen")'],
  ['dangling-and', 'and without its right side', 'userName eq "bjensen" and'],
  ['no-logic', 'two expressions without and or or', 'userName eq "bjensen" title pr'],
  ['empty-group', 'an empty group', '()'],
  ['open-bracket', 'a bracket without its end', 'emails[type eq "work"'],
  ['value-first', 'a value in place of the attribute', '"bjensen" eq userName'],
  ['unquoted', 'a string without quotation marks', 'userName eq bjensen', 'should'],
  ['single-quotes', 'a string in apostrophes', "userName eq 'bjensen'", 'should'],
];

function notFilter([id, what, filter, level = 'must']: (typeof NOT_FILTERS)[number]): Check {
  return {
    id: `rfc.filter.syntax-${id}`,
    suite: 'rfc',
    title: `A filter that has ${what} is answered with 400 invalidFilter.`,
    level,
    source: 'RFC 7644 §3.4.2.2, Figure 1; §3.12, Table 9',
    fix: 'Answer a filter that does not follow the grammar with 400 and scimType invalidFilter.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      expectInvalidFilter(t, await t.get(t.endpoint('User'), encodeQuery({ filter })));
    },
  };
}

/** 400; scimType is OPTIONAL (RFC 7644 §3.12), but when it is there it says what was wrong. */
function expectInvalidFilter(t: Probe, answer: Answer): void {
  t.expectError(answer, 400);
  if (valueAt(answer.body, 'scimType') !== undefined) t.expectEqual(answer, 'scimType', 'invalidFilter');
}

const HOUR = 3_600_000;

/** meta.created of a new user, in ms. */
async function createdAt(t: Probe, made: Made, path = 'meta.created'): Promise<number> {
  const time = Date.parse(String(valueAt((await t.read(made)).body, path)));
  return Number.isNaN(time) ? t.skip(`the server gives no ${path}`) : time;
}

/** The moment as a clock `hours` east of Greenwich shows it. */
function inZone(moment: number, hours: number): string {
  const local = new Date(moment + hours * HOUR).toISOString().slice(0, 19);
  return `${local}${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

interface DateRow extends Heading {
  readonly path?: string;
  /** Expressions that are true of the moment, and that are false. */
  readonly hits: (moment: number) => readonly string[];
  readonly misses: (moment: number) => readonly string[];
}

const utc = (moment: number): string => quoted(new Date(moment).toISOString());

const DATES: readonly DateRow[] = [
  {
    id: 'date-gt',
    title: 'The operator gt compares dates by time.',
    fix: 'Let gt be true of moments after the one in the filter.',
    hits: (moment) => [`meta.created gt ${utc(moment - HOUR)}`],
    misses: (moment) => [`meta.created gt ${utc(moment + HOUR)}`],
  },
  {
    id: 'date-ge',
    title: 'The operator ge compares dates by time.',
    fix: 'Let ge be true of the moment in the filter and those after it.',
    hits: (moment) => [`meta.created ge ${utc(moment - HOUR)}`],
    misses: (moment) => [`meta.created ge ${utc(moment + HOUR)}`],
  },
  {
    id: 'date-lt',
    title: 'The operator lt compares dates by time.',
    fix: 'Let lt be true of moments before the one in the filter.',
    hits: (moment) => [`meta.created lt ${utc(moment + HOUR)}`],
    misses: (moment) => [`meta.created lt ${utc(moment - HOUR)}`],
  },
  {
    id: 'date-le',
    title: 'The operator le compares dates by time.',
    fix: 'Let le be true of the moment in the filter and those before it.',
    hits: (moment) => [`meta.created le ${utc(moment + HOUR)}`],
    misses: (moment) => [`meta.created le ${utc(moment - HOUR)}`],
  },
  {
    id: 'date-last-modified',
    title: 'Users can be found by the time of their last change.',
    fix: 'Resolve meta.lastModified in filters: clients ask with it for what has changed.',
    path: 'meta.lastModified',
    hits: (moment) => [`meta.lastModified gt ${utc(moment - HOUR)}`],
    misses: (moment) => [`meta.lastModified gt ${utc(moment + HOUR)}`],
  },
  {
    id: 'date-zone',
    title: 'Dates in other time zones are compared by the moment they mean.',
    fix: 'Parse dates with their offset, and compare moments instead of texts.',
    // As texts these compare the other way round.
    hits: (moment) => [
      `meta.created lt ${quoted(inZone(moment + HOUR, -12))}`,
      `meta.created gt ${quoted(inZone(moment - HOUR, 14))}`,
    ],
    misses: (moment) => [
      `meta.created gt ${quoted(inZone(moment + HOUR, 14))}`,
      `meta.created lt ${quoted(inZone(moment - HOUR, -12))}`,
    ],
  },
  {
    id: 'date-fraction',
    title: 'Dates may have any number of digits after the second, or none.',
    fix: 'Take xsd:dateTime values with and without fractions of a second, seven digits as .NET writes them included.',
    hits: (moment) => [
      `meta.created lt ${quoted(withFraction(moment + HOUR, ''))}`,
      `meta.created lt ${quoted(withFraction(moment + HOUR, '.1'))}`,
      `meta.created lt ${quoted(withFraction(moment + HOUR, '.1234567'))}`,
    ],
    misses: (moment) => [`meta.created gt ${quoted(withFraction(moment + HOUR, '.1234567'))}`],
  },
];

function withFraction(moment: number, fraction: string): string {
  return `${new Date(moment).toISOString().slice(0, 19)}${fraction}Z`;
}

function dated(row: DateRow): Check {
  return filterCheck({
    ...row,
    source: 'RFC 7644 §3.4.2.2, RFC 7643 §2.3.5',
    async run(t) {
      const name = `${t.unique('filter')}@example.com`;
      const made = await t.user({ userName: name });
      const moment = await createdAt(t, made, row.path);
      const found = (expression: string) => t.find('User', `userName eq ${quoted(name)} and ${expression}`);
      for (const expression of row.hits(moment)) t.expectFound(await found(expression), made);
      for (const expression of row.misses(moment)) t.expectFound(await found(expression));
    },
  });
}

interface CaseRow extends Heading {
  readonly path: string;
  /** By RFC 7643; a server whose schema says otherwise is taken at its word. */
  readonly caseExact: boolean;
}

const CASES: readonly CaseRow[] = [
  {
    id: 'user-name-ignores-case',
    title: 'The attribute userName is compared without regard to letter case.',
    source: 'RFC 7643 §4.1.1, RFC 7644 §3.4.2.2',
    fix: 'Compare userName without regard to letter case, as its caseExact of false says.',
    path: 'userName',
    caseExact: false,
  },
  {
    id: 'display-name-ignores-case',
    title: 'The attribute displayName is compared without regard to letter case.',
    source: 'RFC 7643 §8.7.1, RFC 7644 §3.4.2.2',
    fix: 'Compare strings without regard to letter case unless their schema says caseExact true.',
    path: 'displayName',
    caseExact: false,
  },
  {
    id: 'external-id-case-exact',
    title: 'The attribute externalId is compared with regard to letter case.',
    source: 'RFC 7643 §3.1, RFC 7644 §3.4.2.2',
    fix: 'Compare externalId exactly, as its caseExact of true says.',
    path: 'externalId',
    caseExact: true,
  },
];

function cased({ path, caseExact, ...row }: CaseRow): Check {
  return filterCheck({
    ...row,
    async run(t) {
      const declared = definitionOf(t.facts, USER_URN, path)?.caseExact;
      if (declared === !caseExact) t.skip(`the server's schema says that caseExact of ${path} is ${declared}`);
      if (path !== 'externalId') t.needsAttribute(USER_URN, path);
      const value = `${t.unique('case')}@example.com`;
      const made = await t.user({ [path]: value });
      for (const operator of ['eq', 'sw', 'co']) {
        const answer = await t.find('User', `${path} ${operator} ${quoted(value.toUpperCase())}`);
        t.expectFound(answer, ...(caseExact ? [] : [made]));
      }
    },
  });
}

/** Value paths are optional: "Service providers MAY support complex filters". */
async function valuePath(t: Probe, filter: string): Promise<Answer> {
  const answer = await t.get(t.endpoint('User'), encodeQuery({ filter }));
  if (answer.status === 400 && valueAt(answer.body, 'scimType') === 'invalidFilter') {
    t.skip('the server declines value paths in filters, as it may');
  }
  t.expectList(answer);
  return answer;
}

const VALUE_PATHS: readonly Check[] = [
  {
    id: 'rfc.filter.value-path',
    suite: 'rfc',
    title: 'Value paths such as emails[type eq "work" and value co "x"] are understood.',
    level: 'should',
    source: SOURCE,
    fix: 'Take value paths in filters: clients find users by their work address with them.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.type');
      const word = t.unique('filter');
      const made = await t.user(twoEmails(word));
      t.expectFound(await t.find('User', `emails[type eq "work" and value co ${quoted(`${word}-work`)}]`), made);
    },
  },
  {
    id: 'rfc.filter.value-path-same-value',
    suite: 'rfc',
    title: 'The expressions of a value path must be true of the same value.',
    level: 'must',
    source: SOURCE,
    fix: 'Evaluate what stands in brackets for each value alone, not for all values together.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.type');
      const word = t.unique('filter');
      const made = await t.user(twoEmails(word));
      const home = quoted(`${word}-home@example.com`);
      t.expectFound(await valuePath(t, `emails[type eq "home" and value eq ${home}]`), made);
      t.expectFound(await valuePath(t, `emails[type eq "work" and value eq ${home}]`));
    },
  },
  {
    id: 'rfc.filter.value-path-combined',
    suite: 'rfc',
    title: 'A value path can be joined with other expressions.',
    level: 'must',
    source: SOURCE,
    fix: 'Let value paths stand wherever other expressions can, on either side of and, or and in groups.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.type');
      const word = t.unique('filter');
      const name = quoted(`${word}@example.com`);
      const made = await t.user({ userName: `${word}@example.com`, ...twoEmails(word) });
      t.expectFound(await valuePath(t, `emails[type eq "work"] and userName eq ${name}`), made);
      t.expectFound(await valuePath(t, `userName eq ${name} and (not (emails[type eq "other"]))`), made);
      t.expectFound(await valuePath(t, `userName eq ${name} and emails[type eq "other"]`));
    },
  },
];

const ANSWERS: readonly Check[] = [
  {
    id: 'rfc.filter.no-hit',
    suite: 'rfc',
    title: 'A filter without a hit is answered with 200 and an empty list.',
    level: 'must',
    source: 'RFC 7644 §3.4.2',
    fix: 'Answer with status 200, totalResults 0 and no Resources when nothing matches, not with 404.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      const filter = `userName eq ${quoted(t.unique('nobody'))}`;
      const answer = await t.get(t.endpoint('User'), encodeQuery({ filter }));
      const resources = t.expectList(answer, 0);
      t.expect(resources.length === 0, answer, 'totalResults is 0, and yet there are Resources', '[]', resources);
    },
  },
  {
    id: 'rfc.filter.other-types',
    suite: 'rfc',
    title: 'A filter at /Users finds no groups, and one at /Groups no users.',
    level: 'must',
    source: 'RFC 7644 §3.4.2',
    fix: 'Search only the resources of the type whose endpoint was asked.',
    needs: ['filter', 'groups'],
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const displayName = t.unique('both');
      const user = await t.user({ displayName });
      const group = await t.group({ displayName });
      t.expectFound(await t.find('User', `displayName eq ${quoted(displayName)}`), user);
      t.expectFound(await t.find('Group', `displayName eq ${quoted(displayName)}`), group);
    },
  },
  {
    id: 'rfc.filter.group-display-name',
    suite: 'rfc',
    title: 'A group is found by displayName.',
    level: 'must',
    source: SOURCE,
    fix: 'Support filters at /Groups as at /Users.',
    needs: ['filter', 'groups'],
    async run(t) {
      const displayName = t.unique('group');
      const group = await t.group({ displayName });
      t.expectFound(await t.find('Group', `displayName eq ${quoted(displayName)}`), group);
      t.expectFound(await t.find('Group', `displayName eq ${quoted(`${displayName}x`)}`));
    },
  },
  {
    id: 'rfc.filter.group-member',
    suite: 'rfc',
    title: 'The groups of a user are found by members.value.',
    level: 'should',
    source: SOURCE,
    fix: 'Resolve members.value in filters at /Groups: clients ask with it whether a user is a member.',
    needs: ['filter', 'groups'],
    async run(t) {
      const [inside, outside] = [await t.user(), await t.user()];
      const displayName = t.unique('group');
      const group = await t.group({ displayName, members: [{ value: inside.id }] });
      const filterFor = ({ id }: Made) => `displayName eq ${quoted(displayName)} and members.value eq ${quoted(id)}`;
      t.expectFound(await t.find('Group', filterFor(inside)), group);
      t.expectFound(await t.find('Group', filterFor(outside)));
    },
  },
  {
    id: 'rfc.filter.total',
    suite: 'rfc',
    title: 'The attribute totalResults counts all matches of the filter, whatever the page holds.',
    level: 'must',
    source: 'RFC 7644 §3.4.2, §3.4.2.4',
    fix: 'Count everything that matches the filter for totalResults, neither the page nor all resources.',
    needs: ['filter'],
    async run(t) {
      const word = t.unique('filter');
      for (const letter of ['a', 'b', 'c']) await t.user({ userName: `${word}-${letter}@example.com` });
      const answer = await t.find('User', `userName sw ${quoted(word)}`, { count: 2 });
      t.expectList(answer, 3);
    },
  },
  {
    id: 'rfc.filter.id-case-exact',
    suite: 'rfc',
    title: 'The id is compared with regard to letter case.',
    level: 'must',
    source: 'RFC 7643 §3.1, RFC 7644 §3.4.2.2',
    fix: 'Compare id exactly, as its caseExact of true says.',
    needs: ['filter'],
    async run(t) {
      const { id } = await t.user();
      const other = id === id.toUpperCase() ? id.toLowerCase() : id.toUpperCase();
      if (other === id) t.skip('the ids of the server have no letters');
      t.expectFound(await t.find('User', `id eq ${quoted(other)}`));
    },
  },
  {
    id: 'rfc.filter.extension-sub-attribute',
    suite: 'rfc',
    title: 'A sub-attribute of an extension can be filtered by.',
    level: 'should',
    source: 'RFC 7644 §3.10',
    fix: `Resolve names such as ${ENTERPRISE_URN}:manager.value in filters.`,
    needs: ['filter', 'enterprise'],
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'manager.value');
      const manager = await t.user();
      const report = await t.user({
        schemas: [USER_URN, ENTERPRISE_URN],
        [ENTERPRISE_URN]: { manager: { value: manager.id } },
      });
      t.expectFound(await t.find('User', `${ENTERPRISE_URN}:manager.value eq ${quoted(manager.id)}`), report);
    },
  },
];

const REFUSALS: readonly Check[] = [
  {
    id: 'rfc.filter.boolean-order',
    suite: 'rfc',
    title: 'The operators gt, ge, lt and le on a boolean are answered with 400 invalidFilter.',
    level: 'must',
    source: 'RFC 7644 §3.4.2.2, Table 3',
    fix: 'Decline gt, ge, lt and le on boolean and binary attributes with 400 and scimType invalidFilter.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      t.needsAttribute(USER_URN, 'active');
      for (const operator of ['gt', 'ge', 'lt', 'le']) {
        const filter = `active ${operator} true`;
        t.expectError(await t.get(t.endpoint('User'), encodeQuery({ filter })), 400, 'invalidFilter');
      }
    },
  },
  {
    id: 'rfc.filter.unknown-operator',
    suite: 'rfc',
    title: 'An operator that is not known is answered with 400 invalidFilter.',
    level: 'must',
    source: SOURCE,
    fix: 'Decline filters with an operator that you do not know: 400 and scimType invalidFilter.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), encodeQuery({ filter: 'userName resembles "bjensen"' }));
      t.expectError(answer, 400, 'invalidFilter');
    },
  },
  {
    id: 'rfc.filter.unknown-attribute',
    suite: 'rfc',
    title: 'A filter on an attribute that does not exist matches nothing, or is declined.',
    level: 'must',
    source: 'RFC 7644 §3.4.2.1, §3.12',
    fix: 'Answer a filter on an unknown attribute with 400 invalidFilter or with an empty list, never with everything.',
    needs: ['filter'],
    async run(t) {
      const name = `${t.unique('filter')}@example.com`;
      await t.user({ userName: name });
      const filter = `userName eq ${quoted(name)} and noSuchAttribute eq "x"`;
      const answer = await t.get(t.endpoint('User'), encodeQuery({ filter }));
      if (answer.status === 200) t.expectFound(answer);
      else expectInvalidFilter(t, answer);
    },
  },
  {
    id: 'rfc.filter.password',
    suite: 'rfc',
    title: 'A filter on password reveals nothing.',
    level: 'should',
    source: 'RFC 7643 §4.1.1, §9.2',
    fix: 'Decline filters on password, or let them match nothing: a client could guess it letter by letter.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'password');
      const name = `${t.unique('filter')}@example.com`;
      await t.user({ userName: name, password: 'Tr0ub4dor&3-horse' });
      for (const filter of ['password sw "Tr0ub"', 'password co "dor&3"', 'password gt "A"']) {
        const answer = await t.get(
          t.endpoint('User'),
          encodeQuery({ filter: `userName eq ${quoted(name)} and ${filter}` }),
        );
        if (answer.status === 200) t.expectFound(answer);
        else t.expectStatus(answer, 400, 403);
      }
    },
  },
  {
    id: 'rfc.filter.long',
    suite: 'rfc',
    title: 'A long filter is answered, or declined with a status below 500.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Limit the number of expressions in a filter, and decline longer ones with 400.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      const filter = Array.from({ length: 150 }, (_, i) => `userName eq ${quoted(`nobody-${i}`)}`).join(' or ');
      expectBelow500(t, await t.get(t.endpoint('User'), encodeQuery({ filter, count: 1 })));
    },
  },
  {
    id: 'rfc.filter.deep',
    suite: 'rfc',
    title: 'A deeply nested filter is answered, or declined with a status below 500.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Limit how deep groups in a filter may be nested, and decline deeper ones with 400.',
    needs: ['filter'],
    readsOnly: true,
    async run(t) {
      const filter = `${'('.repeat(900)}userName eq "nobody"${')'.repeat(900)}`;
      expectBelow500(t, await t.get(t.endpoint('User'), encodeQuery({ filter, count: 1 })));
    },
  },
];

function expectBelow500(t: Probe, answer: Answer): void {
  const { status } = answer;
  t.expect(status < 500, answer, `The answer is a ${status}`, 'a status below 500', String(status));
}

export const filterChecks: readonly Check[] = [
  ...[...OPERATORS, ...LOGIC, ...NAMES, ...MULTI_VALUED, ...TEXTS, ...EXTENSION].map(matching),
  ...CASES.map(cased),
  ...DATES.map(dated),
  ...VALUE_PATHS,
  ...ANSWERS,
  ...NOT_FILTERS.map(notFilter),
  ...REFUSALS,
];
