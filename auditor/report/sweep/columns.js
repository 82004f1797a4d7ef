// What lies packed in the page, and the columns made of it. Texts were made visible before they were packed.

const blocks = new Map();

function bytes(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const plain = atob(base64);
  const all = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += 1) all[at] = plain.charCodeAt(at);
  return all;
}

/** The value in the block of this id, unpacked when it is first used. */
function unpacked(id) {
  if (!blocks.has(id)) {
    const packed = new Blob([bytes(document.getElementById(id).textContent)]);
    const plain = packed.stream().pipeThrough(new DecompressionStream("gzip"));
    blocks.set(id, new Response(plain).json());
  }
  return blocks.get(id);
}

/** The texts of the page, each once: rows know them by number, so a search looks at each but once. */
class Texts {
  constructor(all, links) {
    this.all = all;
    this.links = links;
  }

  /** What stands for a text in a link. */
  link(number) {
    return this.links[number] ?? this.all[number];
  }

  get lowered() {
    return (this.low ??= this.all.map((text) => text.toLowerCase()));
  }

  /** For each text whether `word`, in lower case, is part of it. */
  holding(word) {
    const found = new Uint8Array(this.all.length);
    this.lowered.forEach((text, number) => {
      if (text.includes(word)) found[number] = 1;
    });
    return found;
  }

  /** For each text its place in the alphabet. */
  get ranks() {
    if (!this.ranked) {
      const { lowered } = this;
      const order = Uint32Array.from(lowered.keys());
      order.sort((one, other) => (lowered[one] < lowered[other] ? -1 : lowered[one] > lowered[other] ? 1 : 0));
      this.ranked = new Uint32Array(order.length);
      order.forEach((number, rank) => {
        this.ranked[number] = rank;
      });
    }
    return this.ranked;
  }
}

/** Texts that were joined to one. */
function parted({ text, lengths }) {
  let at = 0;
  return lengths.map((length) => text.slice(at, (at += length)));
}

/** The shape of each finding: 0 stands for the next that nobody had before. */
function shapesOf(column) {
  let next = 0;
  return column.map((shape) => {
    if (shape) return shape - 1;
    next += 1;
    return next - 1;
  });
}

/** A whole table's rows in their first order. */
const rowsOf = (column) => Uint32Array.from(column.keys());

/** For each text whether it holds `word`: a search tests the texts first, then the rows. */
function matching(wanted, texts) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return words.map((word) => ({ word, held: texts.holding(word) }));
}
