export { type Clause, clauses, controlGroups, type Edition } from './clauses.ts';
export { type CatalogueControl, controls, type Theme } from './controls.ts';
export {
  compose,
  inverse,
  type Mapping,
  type MappingSet,
  mapping2013to2022,
  mappingSets,
  type Relationship,
} from './mappings.ts';
export { skosJsonLd, skosTurtle } from './skos.ts';
export { guidanceFor, type Standard, standard, standards } from './standards.ts';
export { type FoundTerm, findTerms, type Term, term, terms } from './terms.ts';
export {
  type ControlGuidance,
  controlGuidance,
  type Locale,
  type Requirement,
  requirement,
  requirements,
  type SuggestedMeasure,
} from './texts.ts';
