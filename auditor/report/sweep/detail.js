// The detail of a finding or of a repository, in a dialog.

/** A file's line as a link to the commit that was looked at, or as text where there is no such place. */
function place(page, { repository, commit, path, link, line }) {
  const words = make("code", {}, `${path}:${line}`);
  if (!page.url || !commit || !link) return words;
  const href = `${page.url}/${repository}/blob/${encodeURIComponent(commit)}/${link}#L${line}`;
  return make("a", { href, rel: "noreferrer noopener" }, words);
}

function badge(word) {
  return make("span", { class: `badge ${word}` }, word);
}

function pairs(entries) {
  const list = make("dl");
  for (const [word, ...value] of entries) {
    if (value.some((each) => each !== "" && each !== null)) {
      list.append(make("div", {}, make("dt", {}, word), make("dd", {}, ...value)));
    }
  }
  return list;
}

/** What a gate does to the path, in a word. */
const gate = (verdict) => ({ exposed: "open", guarded: "closed" })[verdict] ?? verdict;

/** The stations of the shape at this place of its block, taken apart again. */
function stationsOf({ details, stations, texts, links }, at) {
  const before = details.hops.slice(0, at).reduce((sum, hops) => sum + hops, 0);
  let line = 0;
  return Array.from({ length: details.hops[at] }, (_, number) => {
    const place = before + number;
    line += stations.line[place];
    const path = stations.path[place];
    return {
      kind: stations.kind[place],
      verdict: stations.verdict[place],
      note: texts[stations.note[place]],
      line,
      elsewhere: texts[path] && { path: texts[path], link: links[path] ?? texts[path] },
    };
  });
}

/** A finding's path, station by station. */
function path(page, stations, more, at) {
  const list = make("ol", { class: "hops" });
  for (const { kind, verdict, note, line, elsewhere } of stations) {
    const state = verdict ? make("b", { class: "gate" }, ` [${gate(page.verdicts[verdict])}]`) : null;
    const station = make("div", {}, ...worded(note), state, " ", at(elsewhere, line));
    list.append(make("li", { class: page.hops[kind] }, make("span", { class: "hop" }, page.hops[kind]), station));
  }
  if (more) list.append(make("li", {}, `and ${number(more)} more`));
  return list;
}

/** The rule's text, as it stands in the page already. */
function ruleText(id) {
  const there = document.querySelector(`#rules details[data-rule="${CSS.escape(id)}"]`);
  if (!there) return null;
  const [heading, text] = [...there.children].map((each) => each.cloneNode(true));
  text.removeAttribute("id");
  return make("section", { class: "rule-text" }, make("h3", {}, ...heading.childNodes), text);
}

async function findingDetail(page, row) {
  const { findings, shapes, texts } = page;
  const shape = findings.shape[row];
  const text = (column) => texts.all[shapes[column][shape]];
  const block = await unpacked(`shapes-${Math.floor(shape / page.rows)}`);
  const within = shape % page.rows;
  const others = block.details.others[within];
  const repository = findings.repository[row];
  const name = texts.all[repository];
  const commit = texts.all[findings.commit[row]] || page.commitOf(repository);
  const home = { path: text("path"), link: texts.link(shapes.path[shape]) };
  const at = (elsewhere, line) => place(page, { repository: texts.link(repository), commit, line, ...(elsewhere || home) });
  const hops = stationsOf(block, within);
  const route = hops.length
    ? path(page, hops, block.details.more[within], at)
    : make("p", { class: "weak" }, "The path isn't kept of a finding that isn't open now.");
  return [
    make("p", { class: "kind" }, badge(page.severities[shapes.severity[shape]]), ` ${page.standings[findings.standing[row]]}`),
    make("h2", { id: "detail-title", tabindex: "-1" }, ...worded(text("message"))),
    pairs([
      ["Repository", page.rowOf(name) === undefined ? name : make("a", { href: address("repositories", { open: name }) }, name)],
      ["Place", at(null, shapes.line[shape])],
      ["Also at", block.texts[block.details.places[within]] ?? ""],
      ["Job", text("job")],
      ["Step", block.texts[block.details.step[within]]],
      ["Verdict", page.verdicts[shapes.verdict[shape]]],
      ["Confidence", page.confidences[shapes.confidence[shape]]],
      ["First seen", `${page.dates[findings.first[row]]} UTC`],
      ["Commit", commit ? make("code", {}, commit) : ""],
      ["Fingerprint", make("code", {}, page.fingerprints[shape])],
    ]),
    make("h3", {}, "Its path"),
    route,
    others ? make("p", { class: "weak" }, `${number(others)} more path${others === 1 ? "" : "s"}: the JSON reports have them.`) : "",
    ruleText(text("rule")) ?? "",
  ];
}

async function repositoryDetail(page, row) {
  const { repositories, texts } = page;
  const name = texts.all[repositories.name[row]];
  const commit = repositories.commit[row];
  const block = await unpacked(`repositories-${Math.floor(row / page.rows)}`);
  const [problems, settings] = block[row % page.rows];
  const counts = repositories.findings[row].map((count, level) => [count, page.severities[level]]).reverse();
  const open = counts.filter(([count]) => count).flatMap(([count, word]) => [badge(word), ` ${number(count)} `]);
  const all = address("findings", { repository: name });
  const parts = [
    make("p", { class: "kind" }, texts.all[repositories.visibility[row]], " repository"),
    make("h2", { id: "detail-title", tabindex: "-1" }, name),
    pairs([
      ["Outcome", page.outcomes[repositories.outcome[row]]],
      ["Reason", texts.all[repositories.reason[row]]],
      ["Commit", commit ? make("code", {}, commit) : ""],
      ["First sweep", repositories.first[row] ? "this one" : ""],
      ["Open findings", ...(open.length ? [...open, make("a", { href: all }, "show them")] : ["none"])],
    ]),
  ];
  const repository = texts.link(repositories.name[row]);
  const list = (title, items) => items.length && parts.push(make("h3", {}, title), make("ul", {}, ...items));
  const powers = page.powersOf(row).map(({ actor, power, jobs }) =>
    make("li", {}, `${actor}: ${power}, in ${number(jobs)} job${jobs === 1 ? "" : "s"}`));
  const left = repositories.problems[row] - problems.length;
  const unread = problems.map(([path, link, line, stage, message]) =>
    make("li", {}, `${message} (${stage}) `, place(page, { repository, commit, path, link, line })));
  if (left) unread.push(make("li", {}, `and ${number(left)} more`));
  list("Who gets where", powers);
  list("What could not be read", unread);
  list("Open checks", settings.map(([setting, need]) => make("li", {}, `${setting}: needs `, make("code", {}, need))));
  return parts;
}
