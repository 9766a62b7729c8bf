/**
 * scimmy-routers over a map in memory: the least that its users have to write. run.mjs copies it to where the packages
 * are installed. `node scimmy.mjs PORT TOKEN`
 */
import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

const [port, token] = process.argv.slice(2);

function declare(Resource, unique) {
  const stored = new Map();
  const existing = (id) => {
    const found = stored.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return found;
  };
  SCIMMY.Resources.declare(Resource)
    .ingress((resource, data) => {
      const before = resource.id ? existing(resource.id) : undefined;
      const isTaken = [...stored.values()].some(
        (other) => other.id !== resource.id && other[unique].toLowerCase() === data[unique].toLowerCase(),
      );
      if (isTaken) throw new SCIMMY.Types.Error(409, 'uniqueness', `${unique} is in use`);
      const now = new Date().toISOString();
      const id = before?.id ?? randomUUID();
      const meta = { created: before?.meta.created ?? now, lastModified: now };
      const saved = { ...JSON.parse(JSON.stringify(data)), id, meta };
      stored.set(id, saved);
      return saved;
    })
    .egress((resource) => {
      if (resource.id) return existing(resource.id);
      const all = [...stored.values()];
      return resource.filter ? resource.filter.match(all) : all;
    })
    .degress((resource) => {
      existing(resource.id);
      stored.delete(resource.id);
    });
}

SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
declare(SCIMMY.Resources.User, 'userName');
declare(SCIMMY.Resources.Group, 'displayName');

const app = express();
const handler = (request) => {
  if (request.header('Authorization') !== `Bearer ${token}`) throw new Error('Unknown token');
  return 'conformance';
};
app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', docUri: 'https://example.com/docs', handler }));
app.listen(Number(port), '127.0.0.1');
