/** The columns that every entity of a tenant has (packages/service makes and keeps them). */
export interface EntityRow {
  tenantId: string;
  id: string;
  version: number;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}

/** An entity that belongs to an ISMS. */
export interface IsmsEntityRow extends EntityRow {
  ismsId: string;
}
