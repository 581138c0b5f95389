/** What is wrong with the text of a body, in JSON or in YAML. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
}
