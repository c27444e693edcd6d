/** A witness with a phone of their own: the link from the screen, a value that they think up, and what their page shows. */
import { type Browser, devices, expect, type Page } from "@playwright/test";
import { type Look, pass } from "./test.js";
import { Watcher } from "./watcher.js";

/** What stands on a witness's page about itself. */
export interface Own {
  commitment: string;
  salt: string;
  value: string;
}

/** A phone that has opened a witness's link. */
export class Phone {
  private constructor(
    readonly page: Page,
    readonly watcher: Watcher,
  ) {}

  /** Opens the link that the QR code holds, in a browser that has seen nothing else. */
  static async open(browser: Browser, link: string): Promise<Phone> {
    const { userAgent, viewport, deviceScaleFactor, isMobile, hasTouch } = devices["Pixel 7"]!;
    const context = await browser.newContext({ userAgent, viewport, deviceScaleFactor, isMobile, hasTouch });
    const watcher = new Watcher(context);
    const page = await context.newPage();
    // The page asks before it is left with something unrevealed.
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(link);
    return new Phone(page, watcher);
  }

  /** Commits to a value and returns what the page shows of it afterwards; `look` sees the page before and after. */
  async commit(value: string, look: Look = pass): Promise<Own> {
    await this.sees("第一步：写下您的数");
    await look(this.page);
    await this.page.getByLabel("您的数字或一句话").fill(value);
    await this.page.getByRole("button", { name: "提交承诺" }).click();
    await this.sees("承诺已登记");
    await this.page.getByText("本次抽取与我的备份").click();
    await look(this.page);
    return this.own();
  }

  /** What the page shows of the witness's own. */
  async own(): Promise<Own> {
    const fact = async (name: string): Promise<string> =>
      (await this.page.locator(`dd[data-fact=${name}]`).textContent()) ?? "";
    const bare = (text: string): string => text.replaceAll(" ", "");
    return { commitment: bare(await fact("commitment")), salt: bare(await fact("salt")), value: await fact("value") };
  }

  /** Waits until the reveal is asked for. */
  async mayReveal(): Promise<void> {
    await this.sees("第二步：公开您的数");
  }

  async reveal(): Promise<void> {
    await this.page.getByRole("button", { name: "公开我的数" }).click();
  }

  /** Waits until this step is shown. */
  async sees(step: string): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 2, name: step })).toBeVisible();
  }

  /** Which forms of the witness's salt and value have left this browser. */
  async leaks({ salt, value }: Own): Promise<string[]> {
    return this.watcher.leaks({ salt: Buffer.from(salt, "hex"), "salt's text": Buffer.from(salt), value: Buffer.from(value) });
  }

  /** Bodies of everything that was sent with one, as texts. */
  async bodies(): Promise<string[]> {
    const sent = await this.watcher.all();
    return sent.filter((one) => one.method !== "GET").map((one) => one.body?.toString("utf8") ?? "(not seen)");
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
