/** What the simulated directory asks of a server, in the words of a report. */
import type { Subject } from '../session.js';

const HOW = 'Microsoft Learn, How application provisioning works in Microsoft Entra ID';
const DEVELOP = 'Microsoft Learn, Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID';

function promise(id: string, title: string, source: string, fix: string): Subject {
  return { id: `directory.${id}`, group: 'directory', title, level: 'client', client: 'Microsoft Entra', source, fix };
}

export const CONNECTION = promise(
  'connection',
  'Test Connection finds nobody by a name that nobody has.',
  `${DEVELOP}, Testing the connection`,
  'Answer a filter without a hit with status 200 and an empty ListResponse, for users and for groups.',
);

export const INITIAL_CYCLE = promise(
  'initial-cycle',
  'The initial cycle provisions every user and group in scope.',
  `${HOW}, Initial cycle`,
  'Look at the first object that failed, its request and its answer: every object must be taken.',
);

/** @param number from 1 */
export function incrementalCycle(number: number): Subject {
  return promise(
    `cycle-${number}`,
    `Incremental cycle ${number} brings every change over.`,
    `${HOW}, Incremental cycles`,
    'Look at the first object that failed, its request and its answer: every change must be taken.',
  );
}

export const RETRIES = promise(
  'retries',
  'What failed is taken when it is sent again.',
  `${HOW}, Errors and retries`,
  'Answer the same request as soon as the cause is gone, and let a creation that was carried out be found by its name.',
);

export const ON_DEMAND = promise(
  'on-demand',
  'A user and a group with members are provisioned on demand.',
  'Microsoft Learn, On-demand provisioning in Microsoft Entra ID',
  'What was created must be there in full as soon as the request is answered.',
);

export const CONVERGENCE_USERS = promise(
  'convergence-users',
  'After all cycles every user is on the target as in the source.',
  `${HOW}, Deprovisioning, and ${DEVELOP}, Understand the Microsoft Entra SCIM implementation`,
  'Keep what POST and PATCH wrote, return it as it was sent, keep users who are inactive, and list every user by pages.',
);

export const CONVERGENCE_MEMBERS = promise(
  'convergence-members',
  'After all cycles every group has the members that it has in the source.',
  `${DEVELOP}, Group operations`,
  'Add and remove exactly the members that a PATCH names, and keep the memberships of inactive users.',
);

export const DUPLICATES = promise(
  'duplicates',
  'No userName and no name of a group is on the target twice.',
  `${DEVELOP}, Design considerations`,
  'Refuse a second resource of the same name with status 409 and the scimType uniqueness.',
);

export const IDEMPOTENCE = promise(
  'idempotence',
  'A further cycle over everything finds nothing to write.',
  `${HOW}, Incremental cycles`,
  'Return values exactly as they were written; what comes back otherwise is written again in each cycle.',
);
