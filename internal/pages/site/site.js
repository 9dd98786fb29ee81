// Search and filter of the site. Without scripts every page is complete; only
// these two are missing. Texts are set as text, never as markup.
"use strict";

(function () {
  const root = document.documentElement.dataset.root;
  const index = (window.pugmarkIndex || []).map(function (e) {
    return { name: e.n, page: e.p, kind: e.k, low: e.n.toLowerCase(), text: (e.k + " " + e.t).toLowerCase() };
  });
  const most = 12;

  function words(text) { return text.toLowerCase().split(/\s+/).filter(Boolean); }

  // Every word must occur. Names count more than texts, beginnings most.
  function rank(entry, wanted) {
    let sum = 0;
    for (const word of wanted) {
      const at = entry.low.indexOf(word);
      if (at === 0) sum += 4;
      else if (at > 0 && /[^a-z0-9]/.test(entry.low[at - 1])) sum += 3;
      else if (at > 0) sum += 2;
      else if (entry.text.includes(word)) sum += 1;
      else return 0;
    }
    return sum;
  }

  function search(text) {
    const wanted = words(text);
    if (!wanted.length) return [];
    const found = [];
    index.forEach(function (entry, i) {
      const score = rank(entry, wanted);
      if (score) found.push({ entry: entry, score: score, i: i });
    });
    found.sort(function (a, b) { return b.score - a.score || a.i - b.i; });
    return found.map(function (f) { return f.entry; });
  }

  const box = document.querySelector(".search");
  const input = document.getElementById("q");
  const hits = document.getElementById("hits");
  const count = document.getElementById("hit-count");
  let chosen = -1;

  function close() {
    hits.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(i) {
    const options = hits.querySelectorAll("[role=option]");
    if (!options.length) return;
    chosen = (i + options.length) % options.length;
    options.forEach(function (o, n) { o.setAttribute("aria-selected", String(n === chosen)); });
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function show() {
    hits.replaceChildren();
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    if (!input.value.trim()) { close(); count.textContent = ""; return; }
    const found = search(input.value);
    found.slice(0, most).forEach(function (entry, i) {
      const item = document.createElement("li");
      item.id = "hit-" + i;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const link = document.createElement("a");
      link.href = root + entry.page;
      link.tabIndex = -1;
      link.append(entry.name);
      const kind = document.createElement("span");
      kind.textContent = entry.kind;
      link.append(kind);
      item.append(link);
      hits.append(item);
    });
    if (found.length === 0 || found.length > most) {
      const rest = document.createElement("li");
      rest.className = "nothing";
      rest.textContent = found.length ? "and " + (found.length - most) + " more" : "Nothing found";
      hits.append(rest);
    }
    count.textContent = found.length + " found";
    hits.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  if (box && index.length) {
    box.hidden = false;
    input.addEventListener("input", show);
    input.addEventListener("focus", function () { if (input.value) show(); });
    input.addEventListener("keydown", function (e) {
      if (e.key === "ArrowDown") { e.preventDefault(); choose(chosen + 1); }
      else if (e.key === "ArrowUp") { e.preventDefault(); choose(chosen - 1); }
      else if (e.key === "Escape") { if (hits.hidden) input.value = ""; close(); }
      else if (e.key === "Enter") {
        const link = hits.querySelectorAll("[role=option] a")[Math.max(chosen, 0)];
        if (link && !hits.hidden) location.href = link.href;
      }
    });
    document.addEventListener("click", function (e) { if (!box.contains(e.target)) close(); });
    document.addEventListener("keydown", function (e) {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
      if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); input.focus(); }
    });
  }

  const filter = document.getElementById("filter");
  if (filter) {
    const shown = document.getElementById("filter-count");
    const rows = Array.from(document.querySelectorAll("main tbody tr")).map(function (row) {
      return { row: row, text: row.textContent.toLowerCase(), heading: row.closest("section").querySelector("h2").textContent.toLowerCase() };
    });
    filter.closest(".filter").hidden = false;
    const apply = function () {
      const wanted = words(filter.value);
      let n = 0;
      for (const r of rows) {
        const fits = wanted.every(function (w) { return r.text.includes(w) || r.heading.includes(w); });
        r.row.hidden = !fits;
        if (fits) n++;
      }
      document.querySelectorAll("main section").forEach(function (s) {
        const own = s.querySelectorAll("tbody tr");
        s.hidden = wanted.length > 0 && !(own.length ? s.querySelector("tbody tr:not([hidden])") : s.id === "contents");
      });
      shown.textContent = wanted.length ? n + " of " + rows.length : "";
    };
    filter.addEventListener("input", apply);
    apply();
  }
})();
