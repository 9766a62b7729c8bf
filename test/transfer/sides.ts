/** Empty stores with their rows, by engine. */
import { openMongoStore } from '../../src/store/mongo/store.js';
import { openMongoTransfer } from '../../src/store/mongo/transfer.js';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { openSqliteTransfer } from '../../src/store/sqlite/transfer.js';
import { types } from '../../src/testing/contract/writes.js';
import type { Side } from '../../src/transfer/move.js';
import { temporaryFile } from '../store/temporary-file.js';
import type { Mongo } from '../support/mongo/server.js';

export interface OpenSide extends Side {
  dispose(): Promise<void>;
}

export type Opener = () => Promise<OpenSide>;

export async function sqliteSide(): Promise<OpenSide> {
  const file = await temporaryFile();
  const store = await openSqliteStore({ path: file.path, types });
  const transfer = await openSqliteTransfer(file.path, 5_000);
  const dispose = async (): Promise<void> => {
    await transfer.close();
    await store.close();
    await file.remove();
  };
  return { store, transfer, name: `sqlite:${file.path}`, dispose };
}

export function mongoSide(mongo: Mongo): Opener {
  return async () => {
    const uri = mongo.newUri();
    const store = await openMongoStore({ uri, types });
    const transfer = await openMongoTransfer({ uri });
    const dispose = async (): Promise<void> => {
      await transfer.close();
      await store.close();
      await mongo.drop(uri);
    };
    return { store, transfer, name: uri, dispose };
  };
}
