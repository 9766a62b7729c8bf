/** Inserting a document that must be the only one with its _id: what both logs, that of a tenant and the ledger, rest on. */
import type mongoose from 'mongoose';
import { isDuplicate } from './apply.js';

type Documents<Document extends { readonly _id: string | number }> = mongoose.mongo.Collection<Document>;

/** False when there is one with its _id. */
export async function insertUnlessThere<Document extends { readonly _id: string | number }>(
  documents: Documents<Document>,
  document: Document,
): Promise<boolean> {
  try {
    await documents.insertOne(document as mongoose.mongo.OptionalUnlessRequiredId<Document>);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/**
 * False when somebody else has entered one with its _id. An answer that was lost is no reason to enter it twice: the
 * entry itself tells by its mark whose it is.
 */
export async function enterMarked<Entry extends { readonly _id: string; readonly mark?: string }>(
  entries: Documents<Entry>,
  entry: Entry,
): Promise<boolean> {
  try {
    await entries.insertOne(entry as mongoose.mongo.OptionalUnlessRequiredId<Entry>);
    return true;
  } catch (error) {
    const place = { _id: entry._id } as mongoose.mongo.Filter<Entry>;
    const found = await entries.findOne<Pick<Entry, 'mark'>>(place, { projection: { mark: 1 } });
    if (found) return found.mark === entry.mark;
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/**
 * Those that are there already stay as they are. Some servers stop at the first of those.
 * @returns whether there were none
 */
export async function insertMissing<Document extends { readonly _id: string | number }>(
  collection: Documents<Document>,
  documents: readonly Document[],
): Promise<boolean> {
  let missing = documents as readonly mongoose.mongo.OptionalUnlessRequiredId<Document>[];
  while (missing.length > 0) {
    try {
      await collection.insertMany(missing, { ordered: false });
      break;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const ids = { _id: { $in: missing.map(({ _id }) => _id) } } as mongoose.mongo.Filter<Document>;
      const there = await collection.find(ids, { projection: { _id: 1 } }).toArray();
      const known = new Set(there.map(({ _id }) => _id));
      missing = missing.filter(({ _id }) => !known.has(_id as never));
    }
  }
  return missing.length === documents.length;
}
