/** What every entity's row has. */
export interface EntityColumns {
  tenantId: string;
  id: string;
  version: number;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}

/** An entity that belongs to an ISMS. */
export interface IsmsEntityColumns extends EntityColumns {
  ismsId: string;
}
