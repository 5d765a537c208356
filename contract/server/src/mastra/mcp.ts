import { MCPServer } from '@mastra/mcp';
import { weather } from './tools';

export const mcp1 = new MCPServer({ id: 'mcp1', name: 'mcp1', version: '1.0.0', tools: { weather } });
