// Who there is, as the customer's identity provider says it: scim-target, with this app's rule and this app's table.
import { createScimTarget, ScimError } from 'scim-target';

/** Opens the target and keeps the users table up to date with it. */
export async function createDirectory({ store, users, domain }) {
  const target = await createScimTarget({ store, beforeCommit: onlyPeopleOf(domain) });
  // Told of each change in order, at least once: after a crash the last ones come again, so each handler may run twice.
  target.events.subscribe('users-table', {
    'user.created': ({ resource }) => users.put(personOf(resource)),
    'user.updated': ({ resource }) => users.put(personOf(resource)),
    'user.disabled': ({ resource }) => users.put(personOf(resource)),
    'user.enabled': ({ resource }) => users.put(personOf(resource)),
    'user.deleted': ({ resource }) => users.remove(resource.id),
    'group.created': ({ resource }) => users.putGroup(resource.id, resource.displayName),
    'group.renamed': ({ resource }) => users.putGroup(resource.id, resource.displayName),
    'group.deleted': ({ resource }) => users.removeGroup(resource.id),
    'membership.added': ({ resource, members }) => users.join(resource.id, members),
    'membership.removed': ({ resource, members }) => users.leave(resource.id, members),
  });
  return target;
}

/** A user with an address elsewhere is refused, and the identity provider's log says why. */
function onlyPeopleOf(domain) {
  return ({ type, after }) => {
    if (type !== 'User' || after === undefined) return;
    if (after.userName.toLowerCase().endsWith(`@${domain}`)) return;
    throw new ScimError('invalidValue', `Only people of ${domain} have accounts here.`);
  };
}

/** The little that this app wants to know of a user. */
function personOf({ id, userName, displayName, active }) {
  return { id, email: userName, name: displayName ?? userName, isActive: active !== false };
}
