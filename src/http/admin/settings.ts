/** GET /settings: what is in force, for people. Never a secret. */
import { readFileSync } from 'node:fs';
import type { ProfileName } from '../../scim/profiles.js';
import type { AdminRequest, AdminResponse } from './handler.js';
import type { Settings } from './messages.js';
import type { AdminParts } from './parts.js';

let version: string | undefined;

/** Three folders up from dist/http/admin and from src/http/admin alike. */
export function packageVersion(): string {
  const manifest = new URL('../../../package.json', import.meta.url);
  version ??= (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  return version;
}

const PROFILE_DESCRIPTIONS: Readonly<Record<ProfileName, string>> = {
  entra: 'Microsoft Entra ID: takes all that it sends, and shows what its validator wants to see.',
  okta: 'Okta, OneLogin and others that go by the RFC with habits of their own: takes what they send, announces plain SCIM.',
  strict: 'The RFC and nothing else: deviations are refused, which is what a conformance test wants.',
};

/** A secret shows that it is set, and nothing more. */
const HIDDEN = '(set, not shown)';

export async function getSettings(_request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  const settings: Settings = {
    version: packageVersion(),
    options: parts.optionDescriptions.map((option) => {
      const value = parts.options[option.name];
      return {
        name: option.name,
        value: value === undefined ? null : option.isSecret ? HIDDEN : (option.shown?.(String(value)) ?? value),
        unit: option.unit ?? null,
        description: option.description,
        env: option.env[0] ?? '',
        isDefault: value === option.default,
      };
    }),
    profiles: Object.entries(PROFILE_DESCRIPTIONS).map(([name, description]) => ({ name, description })),
  };
  return { status: 200, body: settings };
}
