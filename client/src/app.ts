// What the office and public pages load. The pages work without it: each island only makes an existing link, form or
// element more comfortable. Nothing here decides a rule.

import "htmx.org";
import { confirmations } from "./islands/confirm";
import { copies } from "./islands/copy";
import { downloads } from "./islands/downloads";
import { drafts, draftsArrive } from "./islands/drafts";
import { filters } from "./islands/filters";
import { jobs } from "./islands/jobs";
import { schemes } from "./islands/scheme";
import { toastsFromServer } from "./islands/toast";
import { uploads } from "./islands/upload";
import { waiting } from "./islands/waiting";

function start(root: ParentNode): void {
  confirmations(root);
  copies(root);
  downloads(root);
  drafts(root);
  filters(root);
  jobs(root);
  schemes(root);
  uploads(root);
}

start(document);
draftsArrive();
waiting();
toastsFromServer();
document.querySelector<HTMLElement>("[data-focus-first]")?.focus();

// Parts that htmx brings in later carry islands of their own. An island marks what it has taken, so twice is harmless.
document.addEventListener("htmx:after:swap", () => start(document));
