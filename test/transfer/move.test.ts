/** Everything of a store, moved to another engine and back. */
import { describe } from 'vitest';
import { mongoForTests } from '../support/mongo/server.js';
import { moves } from './move.js';
import { mongoSide, sqliteSide } from './sides.js';

const mongo = mongoForTests();

describe('a move from SQLite to SQLite', () => moves(sqliteSide, sqliteSide));
mongo.describe('a move from SQLite to MongoDB', () => moves(sqliteSide, mongoSide(mongo)));
mongo.describe('a move from MongoDB to SQLite', () => moves(mongoSide(mongo), sqliteSide));
