// The app's own tables, which know nothing of SCIM. Each write can be repeated.
import { DatabaseSync } from '@photostructure/sqlite';

/** Which group makes whom what; in none of them one is a member. The first one counts. */
const ROLES = [
  ['Admins', 'admin'],
  ['Editors', 'editor'],
];

export function openUsers(path) {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, is_active INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS users_by_email ON users (lower(email));
    CREATE TABLE IF NOT EXISTS groups (id TEXT PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS memberships (group_id TEXT, user_id TEXT, PRIMARY KEY (group_id, user_id));
  `);
  const put = db.prepare('INSERT OR REPLACE INTO users (id, email, name, is_active) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM users WHERE id = ?');
  const putGroup = db.prepare('INSERT OR REPLACE INTO groups (id, name) VALUES (?, ?)');
  const removeGroup = db.prepare('DELETE FROM groups WHERE id = ?');
  const join = db.prepare('INSERT OR IGNORE INTO memberships (group_id, user_id) VALUES (?, ?)');
  const leave = db.prepare('DELETE FROM memberships WHERE group_id = ? AND user_id = ?');
  const byId = db.prepare('SELECT * FROM users WHERE id = ?');
  const byEmail = db.prepare('SELECT * FROM users WHERE lower(email) = lower(?)');
  const groupsOf = db.prepare(
    'SELECT name FROM groups JOIN memberships ON group_id = groups.id WHERE user_id = ? ORDER BY name',
  );

  /** With the role that follows from the groups; undefined where there is no row. */
  const withRole = (row) => {
    if (!row) return undefined;
    const groups = groupsOf.all(row.id).map(({ name }) => name);
    const [, role] = ROLES.find(([group]) => groups.includes(group)) ?? ['', 'member'];
    return { id: row.id, email: row.email, name: row.name, isActive: row.is_active === 1, groups, role };
  };

  return {
    put: ({ id, email, name, isActive }) => void put.run(id, email, name, isActive ? 1 : 0),
    remove: (id) => void remove.run(id),
    putGroup: (id, name) => void putGroup.run(id, name),
    removeGroup: (id) => void removeGroup.run(id),
    join: (group, members) => members.forEach((member) => void join.run(group, member)),
    leave: (group, members) => members.forEach((member) => void leave.run(group, member)),
    byId: (id) => withRole(byId.get(id)),
    byEmail: (email) => withRole(byEmail.get(email)),
    close: () => db.close(),
  };
}
