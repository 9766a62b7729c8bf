// Sign-in by a link that works once. What counts is the users table, at each request: who is disabled is out at once.
import { randomBytes } from 'node:crypto';

const LINK_MS = 15 * 60_000;
const SESSION_MS = 8 * 3_600_000;

/** @param send is given an address and the path of a link: what a real app would send by e-mail */
export function createSignIn({ users, send }) {
  /** By code and by session id: who, and until when. In memory, so a restart signs everybody out. */
  const links = new Map();
  const sessions = new Map();

  return {
    /** Says in `request.user` who it is; undefined for nobody. */
    session(request, _response, next) {
      const user = lookUp(sessions, cookieOf(request));
      request.user = user?.isActive ? user : undefined;
      next();
    },

    /** The answer is the same whether there is such a person or not. */
    ask(request, response) {
      const user = users.byEmail(String(request.body?.email ?? ''));
      if (user?.isActive) send(user.email, `/sign-in/${newKey(links, user.id, LINK_MS)}`);
      response.send('If you have an account, a link is on its way. (Here it is printed to the console.)');
    },

    open(request, response) {
      const user = lookUp(links, request.params.code);
      links.delete(request.params.code);
      if (!user?.isActive) return response.status(403).send('This link does not work any more.');
      const session = newKey(sessions, user.id, SESSION_MS);
      response.cookie('session', session, { httpOnly: true, sameSite: 'lax', maxAge: SESSION_MS });
      response.redirect('/');
    },

    end(request, response) {
      sessions.delete(cookieOf(request));
      response.clearCookie('session').redirect('/');
    },
  };

  function lookUp(keys, key) {
    const found = keys.get(key);
    return found && found.until > Date.now() ? users.byId(found.id) : undefined;
  }
}

function newKey(keys, id, milliseconds) {
  const now = Date.now();
  for (const [key, { until }] of keys) if (until <= now) keys.delete(key);
  const key = randomBytes(24).toString('base64url');
  keys.set(key, { id, until: now + milliseconds });
  return key;
}

function cookieOf({ headers }) {
  return /(?:^|;\s*)session=([\w-]+)/.exec(headers.cookie ?? '')?.[1];
}
