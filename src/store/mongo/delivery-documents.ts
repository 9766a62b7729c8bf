/** What the collections of deliveries, dead letters and receivers hold. */
import { deadLetterId, type LetterPlace } from '../delivery-places.js';
import type { Consumer, DeadLetter, Delivery, DeliveryTrouble, NewDeadLetter, Receiver } from '../store.js';
import { joined } from './documents.js';
import type { Kept, Put } from './ledger.js';

export interface DeliveryDocument {
  /** deliveryId() */
  readonly _id: string;
  readonly tenant: string;
  readonly consumer: Consumer;
  readonly position: number;
  readonly parts: number;
  readonly ahead: readonly number[];
  readonly trouble: DeliveryTrouble | null;
  /** Who works on it, and until when nobody else may; null after a move. */
  readonly owner: string | null;
  readonly until: string | null;
  /** Of the last save: tells whose it was. */
  readonly mark: string | null;
}

export interface LetterDocument extends NewDeadLetter {
  /** letterKey() */
  readonly _id: string;
  /** Of the save that brought it. */
  readonly mark: string;
}

/** _id: Receiver.id. Written by the ledger. */
export interface ReceiverDocument extends Kept {
  readonly tenant: string;
  readonly body: string;
}

export function deliveryId(tenant: string, consumer: Consumer): string {
  return joined(tenant, consumer);
}

/** Digits of the numbers in an _id, so that their order as text is theirs: that of the largest that a number can be. */
const NUMBER_DIGITS = 16;

/** Ascends as the changes and their parts do. */
export function letterKey(tenant: string, { sequence, part, consumer }: LetterPlace): string {
  const digits = (number: number) => String(number).padStart(NUMBER_DIGITS, '0');
  return joined(tenant, digits(sequence), digits(part), consumer);
}

export function toDelivery({ consumer, tenant, position, parts, ahead, trouble }: DeliveryDocument): Delivery {
  return { consumer, tenant, position, parts, ahead, trouble: trouble ?? undefined };
}

/** What a save writes. */
export function deliveryFields({ position, parts, ahead, trouble = undefined }: Delivery) {
  return { position, parts, ahead, trouble: trouble ?? null };
}

export function toLetter({ _id, mark, ...letter }: LetterDocument): DeadLetter {
  return { ...letter, id: deadLetterId(letter) };
}

export function letterFields(letter: NewDeadLetter): NewDeadLetter {
  const { consumer, tenant, sequence, part, event, attempts, error, time } = letter;
  return { consumer, tenant, sequence, part, event, attempts, error, time };
}

export function putReceiver(receiver: Receiver, isNew = false): Put {
  const { id, tenant } = receiver;
  return { collection: 'receivers', id, fields: { tenant, body: JSON.stringify(receiver) }, isNew };
}

export function toReceiver({ body }: ReceiverDocument): Receiver {
  return JSON.parse(body) as Receiver;
}
