// The two tables of the page, and the address that says what they show.

const OPEN_NOW = "open now";

const options = (texts, numbers) => [...new Set(numbers)].map((each) => texts.all[each]).sort();

function findingsTable(page) {
  const { findings, shapes, texts } = page;
  const of = (column) => (row) => shapes[column][findings.shape[row]];
  const [rule, level, message, path, line] = ["rule", "severity", "message", "path", "line"].map(of);
  const rank = (number) => (row) => texts.ranks[number(row)];
  const [repository, first, standing] = ["repository", "first", "standing"].map((name) => (row) => findings[name][row]);
  const identity = (row) => page.fingerprints[findings.shape[row]];

  const inOrder = [...page.dates].sort();
  const dates = page.dates.map((date) => inOrder.indexOf(date));

  const inShape = ["message", "path", "rule", "job"].map((name) => shapes[name]);
  /** For each shape whether this word is found in it. */
  const holding = ({ word, held }) =>
    Uint8Array.from(shapes.rule, (_, shape) => inShape.some((column) => held[column[shape]]) || page.fingerprints[shape].startsWith(word));

  /** What a shape decides is decided before any row is looked at: many findings have the same. */
  function found(rows, state) {
    const words = matching(state.text, texts);
    const found = words.map(holding);
    const wanted = page.severities.indexOf(state.severity);
    const passes = Uint8Array.from(shapes.rule, (each, shape) =>
      (!state.severity || shapes.severity[shape] === wanted) && (!state.rule || texts.all[each] === state.rule));
    const standings = page.standings.map((each, at) => !state.standing || each === state.standing || (state.standing === OPEN_NOW && page.open[at]));
    const named = state.repository ? page.named(state.repository) : () => true;
    return rows.filter((row) => {
      const shape = findings.shape[row];
      const name = findings.repository[row];
      return passes[shape] && standings[findings.standing[row]] && named(name)
        && words.every(({ held }, at) => found[at][shape] || held[name]);
    });
  }

  const table = new Table({
    id: "findings",
    noun: "findings",
    rows: ordered(ordered(rowsOf(findings.shape), level, true), standing),
    found,
    filters: [
      { id: "text", title: "Search", hint: "words, a path, a fingerprint" },
      { id: "severity", title: "Severity", options: [...page.severities].reverse() },
      { id: "standing", title: "Standing", options: [OPEN_NOW, ...page.standings] },
      { id: "rule", title: "Rule", options: options(texts, shapes.rule) },
      { id: "repository", title: "Repository", hint: "part of a name" },
    ],
    columns: [
      { id: "message", title: "Finding", key: rank(message), cell: (row) => {
        const href = address("findings", { ...table.state, open: identity(row), of: texts.all[repository(row)] });
        return [
          make("a", { href }, ...worded(texts.all[message(row)])),
          make("span", { class: "where" }, `${texts.all[path(row)]}:${line(row)}`),
        ];
      } },
      { id: "severity", title: "Severity", falling: true, key: level, cell: (row) => [badge(page.severities[level(row)])] },
      { id: "standing", title: "Standing", key: standing, cell: (row) => [page.standings[standing(row)]] },
      { id: "repository", title: "Repository", key: rank(repository), cell: (row) => [texts.all[repository(row)]] },
      { id: "rule", title: "Rule", key: rank(rule), cell: (row) => [texts.all[rule(row)]] },
      { id: "first", title: "First seen", falling: true, key: (row) => dates[first(row)], cell: (row) => [page.dates[first(row)].slice(0, 10)] },
    ],
  });
  table.key = (row) => ({ open: identity(row), of: texts.all[repository(row)] });
  table.find = (query) => {
    const [print, name] = [query.get("open"), query.get("of")];
    return findings.shape.findIndex((_, row) => identity(row) === print && texts.all[repository(row)] === name);
  };
  return table;
}

function repositoriesTable(page) {
  const { repositories, texts } = page;
  const text = (column, row) => texts.all[repositories[column][row]];
  const rank = (column) => (row) => texts.ranks[repositories[column][row]];
  const levels = page.severities.map((word, level) => ({ word, level }));
  const jobs = (row, state) =>
    page.powersOf(row).reduce((sum, { actor, power, jobs: count }) =>
      (!state.actor || actor === state.actor) && (!state.power || power === state.power) ? sum + count : sum, 0);
  const found = (rows, state) => {
    const words = matching(state.text, texts);
    const outcome = page.outcomes.indexOf(state.outcome);
    return rows.filter((row) =>
      (!state.outcome || repositories.outcome[row] === outcome)
      && (!state.reason || text("reason", row) === state.reason)
      && (!state.visibility || text("visibility", row) === state.visibility)
      && (!state.first || repositories.first[row])
      && (!state.problems || repositories.problems[row])
      && (!(state.actor || state.power) || jobs(row, state))
      && words.every(({ held }) => held[repositories.name[row]] || held[repositories.reason[row]]));
  };
  const none = () => make("span", { class: "none" }, "0");
  const linked = (row, level) => {
    const count = repositories.findings[row][level];
    const state = { repository: text("name", row), severity: page.severities[level], standing: OPEN_NOW };
    return [count ? make("a", { href: address("findings", state) }, number(count)) : none()];
  };
  const counted = (column) => (row) => [repositories[column][row] ? number(repositories[column][row]) : none()];
  const table = new Table({
    id: "repositories",
    noun: "repositories",
    rows: levels.reduce((rows, { level }) => ordered(rows, (row) => repositories.findings[row][level], true), rowsOf(repositories.name)),
    found,
    filters: [
      { id: "text", title: "Search", hint: "a name or a reason" },
      { id: "outcome", title: "Outcome", options: page.outcomes },
      { id: "reason", title: "Reason", options: options(texts, repositories.reason).filter(Boolean).slice(0, 200) },
      { id: "visibility", title: "Visibility", options: options(texts, repositories.visibility) },
      { id: "actor", title: "Who", options: [...new Set(repositories.powers.map(([actor]) => actor))] },
      { id: "power", title: "gets", options: [...new Set(repositories.powers.map(([, power]) => power))] },
      { id: "first", title: "Seen first now", options: ["yes"] },
      { id: "problems", title: "Read in part", options: ["yes"] },
    ],
    columns: [
      { id: "name", title: "Repository", key: rank("name"), cell: (row) =>
        [make("a", { href: address("repositories", { ...table.state, open: text("name", row) }) }, text("name", row))] },
      { id: "jobs", title: "Jobs", number: true, key: (row) => jobs(row, table.state), when: ({ actor, power }) => actor || power, cell: (row) => [number(jobs(row, table.state))] },
      { id: "outcome", title: "Outcome", key: (row) => repositories.outcome[row], cell: (row) => {
        const reason = text("reason", row);
        return [page.outcomes[repositories.outcome[row]], reason ? make("span", { class: "where" }, reason) : null];
      } },
      { id: "visibility", title: "Visibility", key: rank("visibility"), cell: (row) => [text("visibility", row)] },
      ...[...levels].reverse().map(({ word, level }) => ({
        id: word, title: word, number: true, key: (row) => repositories.findings[row][level], cell: (row) => linked(row, level),
      })),
      { id: "unread", title: "Not read", number: true, key: (row) => repositories.problems[row], cell: counted("problems") },
      { id: "unverified", title: "Open checks", number: true, key: (row) => repositories.unverified[row], cell: counted("unverified") },
    ],
  });
  table.key = (row) => ({ open: text("name", row) });
  table.find = (query) => page.rowOf(query.get("open")) ?? -1;
  return table;
}

/** What the page holds, from its blocks of columns. */
function pageOf(packed, hashes) {
  const texts = new Texts(packed.texts, packed.links);
  const { repositories, findings } = packed;
  const rows = new Map(repositories.name.map((name, row) => [texts.all[name], row]));
  const numbers = new Map(repositories.name.map((name, row) => [name, row]));
  const commits = parted(hashes.commits);
  let held = 0;
  const starts = repositories.holds.map((count) => (held += count) - count);
  return {
    ...packed,
    texts,
    repositories: { ...repositories, commit: commits },
    findings: { ...findings, shape: shapesOf(findings.shape) },
    fingerprints: parted(hashes.fingerprints),
    rowOf: (name) => rows.get(name),
    commitOf: (name) => commits[numbers.get(name)] ?? "",
    powersOf: (row) => Array.from({ length: repositories.holds[row] }, (_, number) => {
      const at = starts[row] + number;
      const [actor, power] = repositories.powers[repositories.held[at]];
      return { actor, power, jobs: repositories.jobs[at] };
    }),
    /** Passes one repository where `wanted` is its whole name, else all whose name it is part of. */
    named(wanted) {
      const isWhole = new Set(findings.repository).has(texts.all.indexOf(wanted));
      const held = isWhole ? null : texts.holding(wanted.toLowerCase());
      return isWhole ? (name) => texts.all[name] === wanted : (name) => held[name] === 1;
    },
  };
}

/** One detail at a time. Its address opens it; Escape, the button and another address close it. */
class Detail {
  constructor(page, tables) {
    Object.assign(this, { page, tables });
    this.dialog = document.getElementById("detail");
    this.dialog.addEventListener("close", () => this.left());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  async open(view, query) {
    const table = this.tables[view];
    const row = table.find(query);
    if (row < 0) return this.close();
    this.table = table;
    const parts = await (view === "findings" ? findingDetail : repositoryDetail)(this.page, row);
    const close = make("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", () => this.dialog.close());
    const bar = make("div", { class: "toolbar" }, ...this.neighbours(row), close);
    this.dialog.replaceChildren(bar, make("div", { class: "body" }, ...parts));
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.querySelector("h2").focus();
    this.dialog.scrollTop = 0;
  }

  /** Links to the details before and after this one, in the order that the table shows. */
  neighbours(row) {
    const { table } = this;
    const at = table.shown.indexOf(row);
    return [["Previous", at - 1], ["Next", at + 1]].map(([words, to]) => {
      const near = at < 0 ? undefined : table.shown[to];
      if (near === undefined) return make("span", { class: "weak" }, words);
      return make("a", { href: address(table.id, { ...table.state, ...table.key(near) }) }, words);
    });
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  /** The address says no longer that a detail is open. */
  left() {
    if (location.hash.includes("open=")) history.replaceState(null, "", address(this.table.id, this.table.state));
  }
}

async function start() {
  const page = pageOf(await unpacked("columns"), await unpacked("hashes"));
  const tables = { findings: findingsTable(page), repositories: repositoriesTable(page) };
  const detail = new Detail(page, tables);
  document.querySelectorAll("section > h2").forEach((each) => each.setAttribute("tabindex", "-1"));
  const follow = () => {
    const [view, search] = location.hash.slice(1).split("?", 2);
    const query = new URLSearchParams(search ?? "");
    const table = Object.hasOwn(tables, view) && search !== undefined ? tables[view] : null;
    if (!table) return detail.close();
    table.show(query);
    if (query.has("open")) return detail.open(view, query);
    detail.close();
    table.section.scrollIntoView();
    return table.section.querySelector("h2").focus({ preventScroll: true });
  };
  Object.values(tables).forEach((table) => table.refresh());
  addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start().catch((problem) => {
  document.querySelectorAll(".packed").forEach((each) => {
    each.textContent = `The rows could not be unpacked (${problem.message}). The summary above is whole.`;
    each.setAttribute("role", "alert");
  });
  throw problem;
});
