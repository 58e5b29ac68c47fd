/** What a journey asks of a browser, whichever drives it. */

/** A window of a browser that shows a page. */
export interface Tab {
  /** Loads a page, by its path on the site. */
  open(path: string): Promise<void>
  reload(): Promise<void>
  back(): Promise<void>
  /**
   * Runs a function in the page. With JavaScript switched off it may not wait for anything.
   * @param run knows nothing of what is around it
   * @param given what it is called with
   */
  read<Answer>(run: (given: string) => Answer | Promise<Answer>, given?: string): Promise<Answer>
  /** Clicks with the pointer, in px from the upper left corner of the page that is shown. */
  clickAt(x: number, y: number): Promise<void>
  /** Types text into what has the focus. */
  type(text: string): Promise<void>
  /** Presses a key, such as "Enter", "Shift+Tab" or "Control+a". */
  press(key: string): Promise<void>
  /** Chooses a file in the field that a selector names. */
  choose(css: string, file: string): Promise<void>
  /** Gives the page this room, or the least that the browser's window allows; resolves with the width, in px. */
  resize(width: number, height: number): Promise<number>
  /** What the window shows of the page, as PNG. Not to be asked for with JavaScript switched off. */
  shoot(): Promise<Buffer>
  close(): Promise<void>
}

/** A browser of one person, who shares nothing with the others. */
export interface PersonBrowser {
  /** Opens a tab. */
  tab(): Promise<Tab>
  /** What stands as errors on the consoles of its pages, if it can be asked for that, and pages that ended by a fault. */
  readonly errors: readonly string[]
  close(): Promise<void>
}

/** What not every browser can be asked for. */
export type Ability = 'a window of 320 px' | 'JavaScript switched off' | 'errors on the console'

/** A kind of browser. */
export interface Engine {
  readonly name: string
  /** What it cannot be asked for, each with the reason. */
  readonly gaps: Readonly<Partial<Record<Ability, string>>>
  /**
   * Starts a browser of somebody new.
   * @param base where the site is
   */
  start(base: string, options?: { readonly javaScript?: boolean }): Promise<PersonBrowser>
  /** Ends what all its browsers share, once these are closed. */
  stop(): Promise<void>
}
