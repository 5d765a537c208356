// Results carry traceId and spanId only where tracing is on. Spans go to the
// same storage as everything else; nothing leaves the machine.
import { MastraStorageExporter, Observability } from '@mastra/observability';

export const observability = new Observability({
  configs: { demo: { serviceName: 'demo', exporters: [new MastraStorageExporter()] } },
});
