/** How long "is typing" is shown after the last report, in ms. Source: docs/api.md, "Live events". */
export const typingShownMs = 2000
