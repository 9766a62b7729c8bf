/** The stores that tests over HTTP run on: where a MongoDB is named (MONGODB_URI), that one too. */
import path from 'node:path';
import mongoose from 'mongoose';

export type Engine = 'memory:' | 'sqlite:' | 'mongodb:';

const { MONGODB_URI: server } = process.env;

export const ENGINES: readonly Engine[] = ['memory:', 'sqlite:', ...(server ? (['mongodb:'] as const) : [])];

/** A new store of this kind, as an option says it. @param folder of the test alone; its name is that of the database */
export function storeIn(folder: string, engine: Engine): string {
  if (engine === 'memory:') return engine;
  return engine === 'sqlite:' ? `sqlite:${path.join(folder, 'scim.db')}` : addressOf(folder);
}

/** What is left of it beside the folder. */
export async function dropStore(folder: string, engine: Engine): Promise<void> {
  if (engine !== 'mongodb:') return;
  const connection = await mongoose.createConnection(addressOf(folder)).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

function addressOf(folder: string): string {
  const uri = new URL(server ?? '');
  uri.pathname = path.basename(folder);
  return uri.href;
}
