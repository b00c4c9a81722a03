// The page's own small behaviour: what is clicked or typed becomes an event for the server.
// No customer data is kept in the browser; the one thing it remembers is light or dark.
"use strict";

(() => {
  const root = document.documentElement;
  const at = (selector, from = document) => from.querySelector(selector);
  let trigger = () => {};
  let turn = null; // the answer that is being waited for
  let since = 0;
  let hasBegun = null; // the one that the page has been moved to
  let shown = ""; // the conversation on the page
  let last = "";

  const theme = localStorage.getItem("theme");
  if (theme) root.dataset.theme = theme;

  const session = () => at("#present [data-session]")?.dataset.session ?? "";
  const isWorking = () => turn !== null;

  function working(is) {
    turn = is;
    since = Date.now();
    root.classList.toggle("working-now", isWorking());
  }

  function ask(question) {
    question = question.trim();
    if (!question || isWorking()) return;
    last = question;
    working(crypto.getRandomValues(new Uint32Array(4)).join("-"));
    trigger("ask", { question, session: session(), turn });
    root.classList.remove("side-open");
  }

  function stop() {
    if (isWorking()) trigger("stop", { turn });
  }

  function submit() {
    const box = at(".line textarea");
    if (isWorking() || !box.value.trim()) return;
    ask(box.value);
    box.value = "";
    grow(box);
  }

  function grow(box) {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }

  function toggleTheme() {
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  }

  async function leave() {
    await fetch("/logout", { method: "POST", redirect: "manual" });
    location.assign("/login");
  }

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = document.createElement("textarea"); // without TLS there is no clipboard to write to
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    const before = button.textContent;
    if (before === button.dataset.copied) return;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = before; }, 1600);
  }

  function element(name, attributes, ...children) {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  }

  // A row of the sidebar while it is renamed or deleted; afterwards it is put back as it was.
  function rename(row) {
    const before = [...row.childNodes];
    const input = element("input", { value: at(".open", row).textContent, maxLength: 200 });
    const back = () => row.replaceChildren(...before);
    input.setAttribute("aria-label", row.closest("nav").dataset.rename);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") back();
      if (event.key !== "Enter") return;
      const title = input.value.trim();
      back();
      if (title) trigger("rename", { session: row.dataset.session, title, current: session() });
    });
    input.addEventListener("blur", () => { if (row.contains(input)) back(); });
    row.replaceChildren(input);
    input.select();
  }

  function remove(row) {
    const before = [...row.childNodes];
    const said = row.closest("nav").dataset;
    const sure = element("button", { type: "button", className: "sure", textContent: said.delete });
    const keep = element("button", { type: "button", textContent: said.keep });
    const back = () => row.replaceChildren(...before);
    sure.addEventListener("click", () => {
      back();
      const current = session() === row.dataset.session ? "" : session();
      trigger("remove", { session: row.dataset.session, current });
    });
    keep.addEventListener("click", back);
    row.replaceChildren(element("div", { className: "asked" }, said.really, element("div", {}, sure, keep)));
    keep.focus();
  }

  const does = {
    fresh: () => { if (!isWorking()) trigger("fresh", {}); root.classList.remove("side-open"); at(".line textarea")?.focus(); },
    open: (button) => {
      if (!isWorking()) trigger("open", { session: button.closest("li").dataset.session });
      root.classList.remove("side-open");
    },
    earlier: () => trigger("open", { session: session(), all: "yes" }),
    rename: (button) => rename(button.closest("li")),
    delete: (button) => remove(button.closest("li")),
    theme: toggleTheme,
    leave,
    stop,
    menu: () => root.classList.toggle("side-open"),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.do) does[button.dataset.do]?.(button);
    else if (button?.dataset.ask) ask(button.dataset.ask);
    else if (button?.dataset.copy) copy(button);
    else if (!event.target.closest("#side, .menu")) root.classList.remove("side-open");
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".line")) return;
    event.preventDefault();
    submit();
  });
  document.addEventListener("input", (event) => { if (event.target.matches(".line textarea")) grow(event.target); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the key belongs to the input method
    const box = at(".line textarea");
    if (event.key === "Enter" && !event.shiftKey && event.target === box) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && event.target === box && !box.value && last) {
      event.preventDefault();
      box.value = last;
      grow(box);
    } else if (event.key === "Escape") {
      root.classList.remove("side-open");
      stop();
    } else if (event.key === "/" && !event.target.matches("input, textarea")) {
      event.preventDefault();
      box?.focus();
    }
  });

  // What the server put on the page: is an answer still on its way, and which conversation is this?
  function look() {
    const present = at("#present .present");
    const isOurs = isWorking() && present?.dataset.turn === turn;
    if (isOurs && hasBegun !== turn) {
      hasBegun = turn;
      present.scrollIntoView({ block: "start" });
    }
    if (isOurs && !at(".turn.working", present)) working(null);
    const address = session() ? `/?c=${encodeURIComponent(session())}` : "/";
    if (at("#present .present, #present .welcome") && location.pathname + location.search !== address) {
      history.replaceState(null, "", address);
    }
    if (session() !== shown) {
      shown = session();
      if (!isWorking()) at("#past .turn:last-child")?.scrollIntoView({ block: "end" });
    }
  }

  // A refusal on the way (signed out, too fast, too many at once) is told where the answer would stand.
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    const response = await plainFetch(...request);
    if (response.status === 401) location.assign("/login");
    else if (!response.ok && isWorking()) refused(response.clone());
    return response;
  };

  async function refused(response) {
    working(null);
    const told = await response.json().catch(() => ({}));
    const notice = element("p", { className: "notice", textContent: told.detail ?? response.statusText });
    notice.setAttribute("role", "alert");
    at("#present .present, #present .welcome")?.append(notice);
  }

  window.hotlist = {
    connect(gradioTrigger) {
      trigger = gradioTrigger;
      for (const part of ["#past", "#present"]) {
        new MutationObserver(look).observe(at(part), { childList: true, subtree: true, attributes: true });
      }
      // An answer is due within half a minute; whatever went wrong, one can ask again after two.
      setInterval(() => { if (isWorking() && Date.now() - since > 120_000) working(null); }, 5_000);
      trigger("start", { session: new URLSearchParams(location.search).get("c") ?? "" });
      setTimeout(() => at(".line textarea")?.focus(), 300);
    },
  };
})();
