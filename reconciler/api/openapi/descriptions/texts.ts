/** The form of the tables of descriptions. */
export interface DefinitionTexts {
  /** What the definition is as a whole. */
  readonly self?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** By name of the definition. */
export type Descriptions = Readonly<Record<string, DefinitionTexts>>;
