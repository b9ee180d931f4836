/** Version of the reading rules; kept with each value so that corrections can be traced to the rules that erred. */
export const EXTRACTOR_VERSION = '1.2.0'
