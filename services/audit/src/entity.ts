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
