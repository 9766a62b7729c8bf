// The app: a page that says who is signed in, a place for admins alone, and SCIM at /scim/v2.
import express from 'express';
import { createSignIn } from './sign-in.js';

/** @param send is given an address and the path of a sign-in link */
export function createApp({ users, target, send }) {
  const app = express();
  const signIn = createSignIn({ users, send });

  app.use('/scim/v2', target.scimRouter);

  app.use(express.urlencoded({ extended: false }), signIn.session);
  app.post('/sign-in', signIn.ask);
  app.get('/sign-in/:code', signIn.open);
  app.post('/sign-out', signIn.end);

  app.get('/', ({ user }, response) => {
    response.send(user ? page(`${user.name} is signed in as ${user.role}.`, SIGN_OUT) : page('Who are you?', SIGN_IN));
  });
  app.get('/admins', ({ user }, response) => {
    if (user?.role !== 'admin') return response.status(403).send(page('This is for admins.'));
    response.send(page(`Welcome, ${user.name}.`));
  });
  return app;
}

const SIGN_IN = `<form method="post" action="/sign-in">
  <label>E-mail <input name="email" type="email" required></label> <button>Send me a link</button>
</form>`;
const SIGN_OUT = '<form method="post" action="/sign-out"><button>Sign out</button></form>';

function page(sentence, form = '') {
  return `<!doctype html><title>Example</title><p>${escapeHtml(sentence)}</p>${form}`;
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
