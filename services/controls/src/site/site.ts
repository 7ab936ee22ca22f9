/** What kind of place a site is. A place is told by its name, never by an address. */
export type SiteKind = 'OFFICE' | 'PRODUCTION' | 'DATA_CENTRE' | 'CLOUD' | 'REMOTE' | 'OTHER';
