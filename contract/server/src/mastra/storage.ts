// Everything is kept in files, so that suspended runs outlive the process.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LibSQLStore, LibSQLVector } from '@mastra/libsql';

// The bundle runs from wherever it was started; start.sh always sets the folder.
const dir = resolve(process.env.MASTRA_DB_DIR || 'db');
mkdirSync(dir, { recursive: true });

export const storage = new LibSQLStore({ id: 'storage', url: `file:${join(dir, 'mastra.db')}` });
export const vec = new LibSQLVector({ id: 'vec', url: `file:${join(dir, 'vectors.db')}` });
