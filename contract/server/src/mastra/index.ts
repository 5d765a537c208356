// The demo world, wired together.
import { Mastra } from '@mastra/core/mastra';
import { PinoLogger, type LogLevel } from '@mastra/loggers';
import * as agents from './agents';
import * as extraAgents from './agents/extra';
import { auth } from './auth';
import { echo } from './context';
import { mcp1 } from './mcp';
import { observability } from './observability';
import { apiRoutes } from './routes';
import { len } from './scorer';
import { storage, vec } from './storage';
import { askUser, delicate, weather } from './tools';
import * as workflows from './workflows';
import * as extraWorkflows from './workflows/extra';
import * as ledgerWorkflows from './workflows/ledger';

// Silent unless asked: failures are part of the demo, and each would print a stack.
const logLevel = (process.env.MASTRA_LOG_LEVEL || 'silent') as LogLevel;

// What the demo world does not have, for those who compare servers.
const extra = Boolean(process.env.MASTRA_EXTRA_WORLD);

// What is counted in a file.
const ledger = Boolean(process.env.MASTRA_LEDGER);

export const mastra = new Mastra({
  agents: extra ? { ...extraAgents, ...agents } : agents,
  workflows: { ...(extra && extraWorkflows), ...(ledger && ledgerWorkflows), ...workflows },
  tools: { weather, delicate, 'ask-user': askUser },
  vectors: { vec },
  scorers: { len },
  mcpServers: { mcp1 },
  storage,
  observability,
  // A stream that nobody ends must not hold up the end of the process for long.
  server: { apiRoutes, auth, middleware: [echo], drainTimeout: 500 },
  logger: new PinoLogger({ name: 'demo', level: logLevel }),
});
