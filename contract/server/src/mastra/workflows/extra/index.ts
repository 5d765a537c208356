// The extra world: workflows with the stages that the demo world does not have.
export { asking, breaking, chamber, conferring, council, digest, fence, fetching, lobby, porch, posts, rails, remembering, sorting, watching } from './actors';
export { housed, promoted, tenanted, wide } from './context';
export { cottage, dotted, dottedHouse, hotel, house, inn, room, street, village } from './deep';
export { climb, endless, pair, rounds, stuck } from './looping';
export { badlyMapped, mapped } from './mapped';
export { gated, gates, looking, overlooking, stadium, walled } from './seen';
export { abreast, armada, crew, fleet, forked, inner, leftWing, named, oddly, queue, results, split, stubborn, twin, wings } from './shapes';
export { bed, nap, naps } from './sleeping';
export { around, chosen, loose, picky, spread, tally, wrapped } from './state';
export { dictating, writing } from './writing';
