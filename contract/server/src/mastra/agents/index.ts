export { assistant } from './assistant';
export { durable } from './durable';
export { guarded } from './guarded';
export { multi } from './multi';
export { plain } from './plain';
export { router } from './router';
export { voiced } from './voiced';
