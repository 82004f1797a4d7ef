// A table of many rows: filters, sorting, a hundred rows at a time. Nothing becomes an element but by `make`.

const PAGE = 100;

/** An element. Children that are strings become text, whatever they hold. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A message, with what it has between backticks as code. */
function worded(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, at) => (at % 2 ? make("code", {}, part) : part));
}

const number = (value) => value.toLocaleString("en");

/** The address of a view's state: what differs from the view's defaults. */
function address(view, state) {
  const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== ""));
  return `#${view}?${query}`;
}

/** `rows` in the order of their keys, which are whole numbers from 0 on; equal ones stay as they are. */
function ordered(rows, key, down) {
  let most = 0;
  for (const row of rows) most = Math.max(most, key(row));
  const at = down ? (row) => most - key(row) : key;
  const starts = new Uint32Array(most + 2);
  for (const row of rows) starts[at(row) + 1] += 1;
  for (let place = 1; place < starts.length; place += 1) starts[place] += starts[place - 1];
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) {
    sorted[starts[at(row)]] = row;
    starts[at(row)] += 1;
  }
  return sorted;
}

class Table {
  /**
   * `columns` are {id, title, number | falling, key(row), cell(row), when(state)}, the first one heads the row; `filters` are
   * {id, title, options | hint}; `rows` all rows in their first order; `found(state)` those that pass.
   */
  constructor({ id, noun, columns, filters, rows, found }) {
    Object.assign(this, { id, noun, columns, filters, rows, found });
    this.state = this.defaults();
    this.orders = new Map();
    this.section = document.getElementById(id);
    this.draw();
  }

  defaults() {
    return { ...Object.fromEntries(this.filters.map(({ id }) => [id, ""])), sort: "", page: "" };
  }

  /** Takes over the state of an address, and shows it. */
  show(query) {
    const state = this.defaults();
    for (const [name, value] of query) if (Object.hasOwn(state, name)) state[name] = value;
    const isShown = Object.entries(state).every(([name, value]) => this.state[name] === value);
    this.state = state;
    if (!isShown) this.refresh();
  }

  /** Changes part of the state by hand, and keeps it in the address. */
  change(part) {
    Object.assign(this.state, { page: "" }, part);
    this.refresh();
    clearTimeout(this.later);
    this.later = setTimeout(() => history.replaceState(null, "", address(this.id, this.state)), 200);
  }

  sorted() {
    const { sort } = this.state;
    const column = this.columns.find(({ id, key }) => key && id === sort.replace("-", ""));
    if (!column) return this.rows;
    const order = () => ordered(this.rows, column.key, sort.startsWith("-"));
    if (column.when) return order();
    if (!this.orders.has(sort)) this.orders.set(sort, order());
    return this.orders.get(sort);
  }

  refresh() {
    this.shown = this.found(this.sorted(), this.state);
    const pages = Math.max(1, Math.ceil(this.shown.length / PAGE));
    const page = Math.min(pages, Math.max(1, Number.parseInt(this.state.page, 10) || 1));
    this.controls.forEach((control, id) => {
      if (control.value === this.state[id]) return;
      control.value = this.state[id];
      const isListed = !control.options || control.value === this.state[id];
      if (!isListed) control.append(make("option", { selected: true }, this.state[id]));
    });
    const all = this.shown.length === this.rows.length;
    this.count.textContent = all
      ? `${number(this.rows.length)} ${this.noun}`
      : `${number(this.shown.length)} of ${number(this.rows.length)} ${this.noun}`;
    this.clear.hidden = this.filters.every(({ id }) => !this.state[id]);
    this.drawHead();
    const rows = Array.from(this.shown.slice((page - 1) * PAGE, page * PAGE), (row) => this.row(row));
    if (!rows.length) {
      const nothing = make("td", { colspan: this.columns.length, class: "empty", role: "cell" }, "Nothing matches.");
      rows.push(make("tr", { role: "row" }, nothing));
    }
    this.body.replaceChildren(...rows);
    this.drawPager(page, pages);
  }

  row(row) {
    const cells = this.visibleColumns().map((column, place) => {
      const head = place === 0 ? { scope: "row", role: "rowheader" } : { role: "cell" };
      const kind = [column.id, column.number ? "number" : ""].join(" ").trim();
      return make(place === 0 ? "th" : "td", { ...head, class: kind, "data-title": column.title }, ...column.cell(row));
    });
    return make("tr", { role: "row" }, ...cells);
  }

  visibleColumns() {
    return this.columns.filter(({ when }) => !when || when(this.state));
  }

  draw() {
    this.controls = new Map();
    const form = make("div", { class: "filters", role: "search", "aria-label": `Filter ${this.noun}` });
    for (const filter of this.filters) if (!filter.hidden) form.append(this.control(filter));
    this.clear = make("button", { type: "button" }, "Clear");
    this.clear.addEventListener("click", () => {
      this.change({ ...this.defaults(), sort: this.state.sort });
      this.controls.values().next().value.focus();
    });
    this.count = make("p", { class: "count", role: "status" });
    this.head = make("tr", { role: "row" });
    this.body = make("tbody", { role: "rowgroup" });
    this.pager = make("nav", { class: "pager", "aria-label": `Pages of ${this.noun}` });
    const title = `${this.id}-title`;
    const table = make("table", { class: "rows", role: "table", "aria-labelledby": title });
    table.append(make("thead", { role: "rowgroup" }, this.head), this.body);
    form.append(this.clear);
    this.section.querySelectorAll(".packed, .lead").forEach((each) => each.remove());
    this.section.append(form, this.count, table, this.pager);
  }

  control({ id, title, options, hint }) {
    const control = options
      ? make("select", {}, make("option", { value: "" }, "any"), ...options.map((each) => make("option", {}, each)))
      : make("input", { type: "search", placeholder: hint, autocomplete: "off", spellcheck: "false" });
    control.addEventListener("input", () => this.change({ [id]: control.value }));
    this.controls.set(id, control);
    return make("label", { class: id }, make("span", {}, title), control);
  }

  drawHead() {
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    const { sort } = this.state;
    const cells = this.visibleColumns().map(({ id, title, key, number: isNumber, falling }) => {
      const way = sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none";
      const attributes = { scope: "col", role: "columnheader", class: [id, isNumber ? "number" : ""].join(" ").trim() };
      if (!key) return make("th", attributes, title);
      const button = make("button", { type: "button", "data-column": id }, title);
      button.addEventListener("click", () => this.change({ sort: this.next(id, isNumber || falling) }));
      return make("th", { ...attributes, "aria-sort": way }, button);
    });
    this.head.replaceChildren(...cells);
    if (focused) this.head.querySelector(`[data-column="${focused}"]`)?.focus();
  }

  /** The next way to sort by this column: the useful way first, then the other, then none. */
  next(id, isFalling) {
    const ways = isFalling ? [`-${id}`, id, ""] : [id, `-${id}`, ""];
    return ways[(ways.indexOf(this.state.sort) + 1) % ways.length];
  }

  drawPager(page, pages) {
    this.pager.hidden = pages === 1;
    const to = (words, target) => {
      const button = make("button", { type: "button", disabled: target < 1 || target > pages || target === page }, words);
      button.addEventListener("click", () => {
        this.change({ page: String(target) });
        this.section.scrollIntoView();
        this.section.querySelector("h2").focus({ preventScroll: true });
      });
      return button;
    };
    const at = make("span", {}, `page ${number(page)} of ${number(pages)}`);
    this.pager.replaceChildren(to("First", 1), to("Previous", page - 1), at, to("Next", page + 1), to("Last", pages));
  }
}
