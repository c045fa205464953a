/**
 * ISO 20022 `ClearingSystemMemberIdentification` (Max35Text) as banks write it: the system's code and the bank's number in
 * it, such as `USABA021000021`, or with the two slashes of SWIFT, such as `//FW021000021`.
 */
const CLEARING_SYSTEM_ID = /^(?:\/\/)?[A-Z0-9]{3,33}$/;

/** ISO 20022 names a clearing system by five letters, of which the first two are its country: `DEBLZ`, `USABA`. */
const ISO_SYSTEM = /^([A-Z]{2})[A-Z]{3}[0-9]/;
/** SWIFT names it by two letters, which are its country's nearly everywhere in Europe: `//AT`, `//IT`. */
const SWIFT_SYSTEM = /^\/\/([A-Z]{2})/;
/** The German Bankleitzahl is not. */
const SWIFT_GERMANY = 'BL';

/** Whether the text is a bank's id in a clearing system. */
export function isClearingSystemId(text: string): boolean {
  return CLEARING_SYSTEM_ID.test(text);
}

/** The country of the clearing system, where the id says it; a bare number does not. */
export function countryOfClearingSystemId(id: string): string | undefined {
  const code = ISO_SYSTEM.exec(id)?.[1] ?? SWIFT_SYSTEM.exec(id)?.[1];
  return code === SWIFT_GERMANY && id.startsWith('//') ? 'DE' : code;
}
