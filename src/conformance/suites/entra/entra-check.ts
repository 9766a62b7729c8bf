/** What makes a check one of Entra's: who needs it, and on what page that is said. */
import type { Check } from '../../check.js';

/** The pages and tests that the checks of this suite go by, by their titles. */
export const SOURCE = {
  endpoint: 'Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID',
  compliance:
    'Known issues and resolutions with SCIM 2.0 protocol compliance of the Microsoft Entra user provisioning service',
  attributes: 'Customize user provisioning attribute-mappings for SaaS applications in Microsoft Entra ID',
  logs: 'How to analyze the Microsoft Entra provisioning logs',
  validator: 'Microsoft Entra SCIM Validator',
  logicApp: 'Microsoft SCIM validation Logic App',
  postman: 'AzureAD/SCIMReferenceCode, Postman collection "SCIM Tests"',
  field: 'Requests of Microsoft Entra as captured by operators of SCIM servers',
} as const;

const NEEDED = { suite: 'entra', level: 'client', client: 'Microsoft Entra' } as const;

/** The parts of a check that are not the same for a whole source. */
export type EntraRow = Omit<Check, 'suite' | 'level' | 'client' | 'source'>;

/** A check without which Entra does not provision, or Microsoft does not list the application. */
export function mandatory(source: string, row: EntraRow): Check {
  return { ...NEEDED, source, ...row };
}

/** A check of something that is optional, in preview, or depends on how the administrator has set Entra up. */
export function optional(source: string, row: EntraRow): Check {
  return { suite: 'entra', level: 'should', source, ...row };
}

/** A check of this suite; Entra needs it unless `level` says otherwise. */
export type Spec = Omit<Check, 'id' | 'suite' | 'level' | 'client'> & {
  readonly name: string;
  readonly level?: 'must' | 'should';
};

/** @param area the second part of the id */
export function entraCheck(area: string, { name, level, ...rest }: Spec): Check {
  const whose = level === undefined ? NEEDED : ({ suite: 'entra', level } as const);
  return { id: `entra.${area}.${name}`, ...whose, ...rest };
}
