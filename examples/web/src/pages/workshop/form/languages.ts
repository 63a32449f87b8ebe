// The languages in which texts of titles can be edited here.
import { language } from "../../../parts/format";

/** The site's own language, in which every title has a name. */
export const SITE_LANGUAGE = "en";

const CODES = ["en", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "uk", "zh"];

export const LANGUAGES = CODES.map((code) => [code, language(code)] as const);
