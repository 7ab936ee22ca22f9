export { assembleCatalog, type CatalogJson } from './catalog/assemble.ts';
export { type CatalogLimits, catalogLimits } from './catalog/limits.ts';
export type {
  Catalog,
  CatalogBackMatter,
  CatalogControl,
  CatalogDocument,
  CatalogEnd,
  CatalogGroup,
  CatalogPart,
  OscalContent,
  OscalParam,
  OscalPart,
} from './catalog/model.ts';
export { readCatalog } from './catalog/read.ts';
export { writeCatalog } from './catalog/write.ts';
export {
  assembleComponentDefinition,
  type OscalCapability,
  type OscalComponent,
  type OscalComponentDefinition,
  type OscalControlImplementation,
  type OscalImplementedRequirement,
  type OscalStatement,
  readComponentDefinition,
} from './component-definition.ts';
export { OscalError, type OscalWarning } from './error.ts';
export {
  assembleMappingCollection,
  mappingRelationships,
  type OscalConfidence,
  type OscalMap,
  type OscalMapping,
  type OscalMappingCollection,
  type OscalMappingItem,
  type OscalMappingProvenance,
  type OscalMappingResource,
  readMappingCollection,
} from './mapping-collection.ts';
export {
  type OscalBackMatter,
  type OscalDocument,
  type OscalLink,
  type OscalMetadata,
  type OscalProp,
  type OscalResource,
  oscalVersion,
} from './metadata.ts';
export type { OscalImport, OscalMerge, OscalModify, OscalProfile } from './profile/model.ts';
export { assembleProfile, readProfile } from './profile/read.ts';
export {
  type ImportLookup,
  type ImportReference,
  type ImportSource,
  type ResolvedCatalog,
  type ResolveOptions,
  resolveProfile,
} from './profile/resolve.ts';
export {
  assembleSsp,
  type OscalSspComponent,
  type OscalSspRequirement,
  type OscalSystemSecurityPlan,
  type SspComponentDescription,
  type SspDescription,
  type SspSource,
  type SspState,
} from './ssp.ts';
export { oscalToken } from './upcast.ts';
export { nameUuid } from './uuids.ts';
