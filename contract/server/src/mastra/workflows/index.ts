export { approval, outer } from './approval';
export { counted } from './counted';
export { doubler } from './doubler';
export { fan } from './fan';
export { flaky } from './flaky';
export { review } from './review';
export { slowly } from './slowly';
