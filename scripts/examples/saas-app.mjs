/** The app with its own users: who may sign in, and as what, follows what the identity provider sends. */
import { conformance, installed, mustEqual, until, whileRunning } from './running.mjs';

/** Somebody with a browser: keeps the cookie. */
class Visitor {
  cookie = '';

  constructor(origin, program) {
    this.origin = origin;
    this.program = program;
  }

  async open(path, form) {
    const response = await fetch(this.origin + path, {
      method: form ? 'POST' : 'GET',
      headers: { cookie: this.cookie },
      redirect: 'manual',
      ...(form && { body: new URLSearchParams(form) }),
    });
    this.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return { status: response.status, text: await response.text() };
  }

  /** Asks for a link; gives its path, or undefined where none is printed. */
  async askForLink(email) {
    const before = this.program.output.length;
    const printed = () => this.program.output.slice(before);
    await this.open('/sign-in', { email });
    // Another link, of somebody who is there, comes after it: what is not printed by then never will be.
    await until('a link is printed', async () => {
      await this.open('/sign-in', { email: 'witness@example.com' });
      return printed().includes('Link for witness@example.com');
    });
    return new RegExp(`Link for ${email}: \\S+(/sign-in/\\S+)`).exec(printed())?.[1];
  }

  async signIn(email) {
    const path = await this.askForLink(email);
    if (path !== undefined) await this.open(path);
  }

  async sees(path, sentence) {
    await until(`${path} says: ${sentence}`, async () => (await this.open(path)).text.includes(sentence));
  }
}

export async function saasApp(folder, say) {
  const { Entra } = await installed(folder, 'testing/index.js');
  let token;
  await whileRunning(folder, { PORT: '0' }, async (program) => {
    token = await program.says(/Secret Token:\s+(\S+)/);
    const url = await program.says(/Tenant URL:\s+(\S+)/);
    conformance(folder, url, token, '--scenario', 'deployment-plan');
    say('the scenario deployment-plan passes');
    const visitor = new Visitor(new URL(url).origin, program);
    await peopleComeAndGo(new Entra({ url, token }), visitor);
    say('a user signs in while active, with the role that the groups give');
  });
  await whileRunning(folder, { PORT: '0' }, async (program) => {
    const url = await program.says(/Tenant URL:\s+(\S+)/);
    const visitor = new Visitor(new URL(url).origin, program);
    await new Entra({ url, token }).testConnection();
    await visitor.signIn('ann@example.com');
    await visitor.sees('/', 'Ann Lee is signed in as member.');
    say('after a restart all are there, and the token is as good as before');
  });
}

async function peopleComeAndGo(entra, visitor) {
  const refusal = await entra.createUser({ userName: 'eve@elsewhere.example' }).catch((error) => error.message);
  mustEqual(
    'a foreign domain',
    refusal,
    'POST /Users was answered with 400: Only people of example.com have accounts here.',
  );
  await entra.createUser({ userName: 'witness@example.com' });
  const ann = await entra.createUser({ userName: 'ann@example.com', givenName: 'Ann', familyName: 'Lee' });
  await until('Ann gets a link', async () => (await visitor.askForLink('ann@example.com')) !== undefined);
  await visitor.signIn('ann@example.com');
  await visitor.sees('/', 'Ann Lee is signed in as member.');
  mustEqual('what is for admins', (await visitor.open('/admins')).status, 403);
  await rolesFollowGroups(entra, visitor, ann);

  const unused = await visitor.askForLink('ann@example.com');
  await entra.disableUser(ann);
  await visitor.sees('/', 'Who are you?');
  mustEqual('a link from before', (await visitor.open(unused)).status, 403);
  mustEqual('a link for a disabled user', await visitor.askForLink('ann@example.com'), undefined);
  await entra.enableUser(ann);
  await until('Ann gets a link', async () => (await visitor.askForLink('ann@example.com')) !== undefined);
  await visitor.signIn('ann@example.com');
  await visitor.sees('/', 'Ann Lee is signed in as member.');
}

async function rolesFollowGroups(entra, visitor, user) {
  const group = await entra.createGroup('Editors');
  await entra.addMember(group, user);
  await visitor.sees('/', 'signed in as editor.');
  await entra.renameGroup(group, 'Admins');
  await visitor.sees('/', 'signed in as admin.');
  mustEqual('what is for admins', (await visitor.open('/admins')).status, 200);
  await entra.removeMember(group, user);
  await visitor.sees('/', 'signed in as member.');
  await entra.addMember(group, user);
  await visitor.sees('/', 'signed in as admin.');
  await entra.deleteGroup(group);
  await visitor.sees('/', 'signed in as member.');
}
