export { type Clause, clauses, controlGroups, type Edition } from './clauses.ts';
export {
  type CatalogueControl,
  controls,
  type Mapping,
  mapping2013to2022,
  type Relationship,
  type Theme,
} from './controls.ts';
export { guidanceFor, type Standard, standard, standards } from './standards.ts';
