/**
 * The files of test/fixtures, each under the one kind that says which test reads it. fixtures.test.ts fails for a
 * file without a kind, and for a kind that no test reads.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures');

/** By kind: the files, named from test/fixtures. */
export const KINDS = {
  resource:
    /^rfc764[34]\/rfc764[34]-[\d.]+-(?:user-(?:minimal|full|enterprise|known_resource|post_response|put_response)|group(?:-.+)?)\.json$/,
  request: /^rfc7644\/rfc7644-[\d.]+-user-(?:post|put)_request\.json$/,
  'patch-example': /^rfc7644\/rfc7644-3\.5\.2\.\d-patch_op-.+\.json$/,
  'patch-rules': /^rfc7644\/rfc7644-3\.5\.2-patch_op-rules\.json$/,
  'patch-structure': /^rfc7644\/rfc7644-3\.5\.2-patch_op-structure\.json$/,
  paths: /^rfc7644\/rfc7644-3\.5\.2-paths\.json$/,
  filters: /^(?:rfc7644\/rfc7644-3\.4\.2\.2-filters|idp\/entra\/filters(?:-group)?)\.json$/,
  projections: /^rfc7644\/rfc7644-3\.9-projections\.json$/,
  'partial-response': /^rfc7644\/rfc7644-3\.9-user-partial_response\.json$/,
  'partial-list': /^rfc7644\/rfc7644-3\.4\.2-list_response-partial_attributes\.json$/,
  page: /^rfc7644\/rfc7644-3\.4\.2\.4-list_response-page\.json$/,
  search: /^rfc7644\/rfc7644-3\.4\.3-.+\.json$/,
  'bulk-request': /^rfc7644\/rfc7644-3\.7\.\d-bulk_request-.+\.json$/,
  'bulk-response': /^rfc7644\/rfc7644-3\.7\.\d-bulk_response-.+\.json$/,
  'bulk-result': /^rfc7644\/rfc7644-3\.7\.1-list_response-circular_conflict\.json$/,
  error: /^rfc7644\/rfc7644-[\d.]+-error-.+\.json$/,
  schema: /^rfc7643\/rfc7643-8\.7\.\d-schema-.+\.json$/,
  'resource-type': /^rfc7643\/rfc7643-8\.6-resource_type-.+\.json$/,
  'resource-type-list': /^rfc7644\/rfc7644-4-list_response-resource_types\.json$/,
  'service-provider-config': /^rfc7643\/rfc7643-8\.5-service_provider_configuration\.json$/,
  'cursor-queries': /^rfc9865\/rfc9865-2-queries\.json$/,
  'cursor-page': /^rfc9865\/rfc9865-[\d.]+-list_response-.+\.json$/,
  'cursor-search': /^rfc9865\/rfc9865-3-search_request\.json$/,
  pagination: /^rfc9865\/rfc9865-4-pagination\.json$/,
  'custom-extension': /^idp\/entra\/acme\.schema\.json$/,
  'idp-table': /^idp\/(?:entra\/(?!filters|acme\.)|okta\/|others\/)[^/]+\.json$/,
} as const satisfies Record<string, RegExp>;

export type Kind = keyof typeof KINDS;

/** Every file below test/fixtures, with forward slashes, in order. */
export function fixtureFiles(): string[] {
  return readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => path.relative(FIXTURES, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

export interface Fixture<Content> {
  /** The file name without folders and ending: `rfc7644-3.5.2.1-patch_op-add_members`. */
  readonly name: string;
  /** `RFC 7644 §3.5.2.1`, where the name begins with a section. */
  readonly section: string;
  readonly content: Content;
}

/** The fixtures of a kind, freshly read, so that no test sees what another did to them. */
export function fixturesOf<Content>(kind: Kind): Fixture<Content>[] {
  return fixtureFiles()
    .filter((file) => KINDS[kind].test(file))
    .map((file) => {
      const name = path.posix.basename(file, '.json');
      const [, rfc, section] = /^rfc(\d{4})-([\d.]+)-/.exec(name) ?? [];
      const content = JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8')) as Content;
      return { name, section: rfc ? `RFC ${rfc} §${section}` : file, content };
    });
}

/** The one fixture of a kind whose name contains `part`. */
export function fixture<Content>(kind: Kind, part = ''): Content {
  const [found, ...others] = fixturesOf<Content>(kind).filter(({ name }) => name.includes(part));
  if (!found || others.length > 0) throw new Error(`${kind} "${part}": ${found ? 'more than one' : 'no'} fixture`);
  return found.content;
}
