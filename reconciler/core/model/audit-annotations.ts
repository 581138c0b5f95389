/** What the audit log says of a request besides, by the names that Kubernetes gives. */
export type AuditAnnotations = Readonly<Record<string, string>>;

/** For whoever has some: the later of two under one name counts. */
export interface Annotated {
  readonly auditAnnotations?: AuditAnnotations;
}

/** All of them together; nothing at all where there is none. */
export function annotatedBy(...notes: readonly (AuditAnnotations | undefined)[]): Annotated {
  const given = notes.filter((one) => one !== undefined && Object.keys(one).length > 0);
  return given.length === 0 ? {} : { auditAnnotations: Object.assign({}, ...given) as AuditAnnotations };
}
