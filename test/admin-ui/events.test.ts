import { describe, expect, test } from 'vitest';
import { draftOf, EMPTY_RECEIVER, newReceiver, patchOf } from '../../src/admin-ui/events/receiver-draft.js';
import { deliveryState, EVENT_WORDS, eventsText, nameOf } from '../../src/admin-ui/events/words.js';
import { EVENT_TYPES } from '../../src/events/event.js';
import type { ReceiverView } from '../../src/http/admin/messages.js';

const delivery = { position: 3, last: 3, behind: 0, trouble: null, hasDeadLetters: false };
const trouble = { attempts: 1, since: '', retryAt: '', error: '' };

const receiver: ReceiverView = {
  id: 'r1',
  kind: 'push',
  name: 'Shop',
  url: 'https://shop.example.com/events',
  pollUrl: null,
  events: ['user.created', 'user.deleted'],
  created: '2031-01-31T12:00:00.000Z',
  createdBy: null,
  paused: null,
  pausedBecause: null,
  audience: 'shop',
  hasAuthorization: true,
  keys: [],
  delivery,
};

describe('events in words', () => {
  test('are those that there are', () => {
    expect(Object.keys(EVENT_WORDS).sort()).toEqual([...EVENT_TYPES].sort());
  });

  test('of a receiver are few, or a number', () => {
    expect(eventsText(null)).toBe('All');
    expect(eventsText(['user.created', 'user.deleted'])).toBe('A user was created, A user was deleted');
    expect(eventsText(['user.created', 'user.deleted', 'group.created'])).toBe('3 kinds');
  });

  test('name the resource as people do', () => {
    expect(nameOf({ id: '1', userName: 'ann', displayName: 'Ann' })).toBe('Ann');
    expect(nameOf({ id: '1', userName: 'ann', displayName: '' })).toBe('ann');
    expect(nameOf({ id: '1' })).toBe('1');
  });
});

describe('the state of a delivery', () => {
  test('is what most needs to be known of it', () => {
    expect(deliveryState(delivery)).toBe('current');
    expect(deliveryState({ ...delivery, behind: 2 })).toBe('behind');
    expect(deliveryState({ ...delivery, behind: 2, trouble })).toBe('trouble');
    expect(deliveryState({ ...delivery, behind: 2, trouble }, '2031-01-31T12:00:00.000Z')).toBe('paused');
  });
});

describe('the form of a receiver', () => {
  test('asks for what its kind has, and nothing else', () => {
    const filled = { ...EMPTY_RECEIVER, name: ' Shop ', url: ' https://a.example ', audience: 'a', authorization: 'b' };
    const base = { name: 'Shop', events: null, from: 'now' };
    expect(newReceiver(filled)).toEqual({ ...base, kind: 'webhook', url: 'https://a.example' });
    expect(newReceiver({ ...filled, kind: 'push' })).toEqual({
      ...base,
      kind: 'push',
      url: 'https://a.example',
      audience: 'a',
      authorization: 'b',
    });
    expect(newReceiver({ ...filled, kind: 'poll' })).toEqual({ ...base, kind: 'poll', url: null, audience: 'a' });
  });

  test('changes what is different', () => {
    const draft = draftOf(receiver);
    expect(patchOf(receiver, draft)).toEqual({});
    expect(patchOf(receiver, { ...draft, events: ['user.deleted', 'user.created'] })).toEqual({});
    const changed = { ...draft, name: 'Store', events: [], authorization: 'Bearer new' };
    expect(patchOf(receiver, changed)).toEqual({ name: 'Store', events: null, authorization: 'Bearer new' });
  });
});
