// Measures every picture of the page as the browser sees it, and writes what
// is wrong into the page: the test reads it there.
"use strict";
document.fonts.ready.then(() => {
  const slack = 0.6;
  const report = [];
  for (const svg of document.querySelectorAll("svg.netmap")) {
    const faults = [];
    const view = svg.viewBox.baseVal;
    // In pixels of the picture, whose height on the page is a rounded number.
    const matrix = svg.getScreenCTM().inverse();
    const box = (item) => {
      const b = item.getBoundingClientRect();
      const [x, y] = [(at) => at * matrix.a + matrix.e, (at) => at * matrix.d + matrix.f];
      return { l: x(b.left), r: x(b.right), t: y(b.top), b: y(b.bottom) };
    };
    // How far the groups that an item is in are moved.
    const moved = (item) => {
      const { e, f } = matrix.multiply(item.getScreenCTM());
      return [e, f];
    };
    // What a text's ink may cover: the font's line box is taller than that.
    const textBox = (text) => {
      const b = text.getBBox();
      const [dx, dy] = moved(text);
      const size = parseFloat(getComputedStyle(text).fontSize);
      const [left, base] = [b.x + dx, parseFloat(text.getAttribute("y")) + dy];
      return { l: left, r: left + b.width, t: base - 0.8 * size, b: base + 0.25 * size };
    };
    const meet = (a, b) =>
      a.l < b.r - slack && b.l < a.r - slack && a.t < b.b - slack && b.t < a.b - slack;
    const holds = (a, b) =>
      a.l <= b.l + slack && a.t <= b.t + slack && a.r >= b.r - slack && a.b >= b.b - slack;
    const name = (item) => item.dataset.name;
    const cards = [...svg.querySelectorAll("g.container[data-name]")]
      .map((item) => ({ item, name: name(item), box: box(item.querySelector("rect")) }));
    const bars = [...svg.querySelectorAll("g.network[data-name]")]
      .map((item) => ({ item, name: name(item), boxes: [...item.querySelectorAll("rect")].map(box) }));
    const frames = [...svg.querySelectorAll("g.project[data-name]")]
      .map((item) => ({ item, name: name(item), box: box(item.querySelector("rect")) }));
    const projectOf = (card) => card.item.dataset.project;
    // A bar's project: the one that made it, if any of it hangs there, or the
    // one whose cards alone hang on it.
    const onBar = {};
    for (const tap of svg.querySelectorAll("g.endpoint")) {
      // Cards that stand for many may share a name: the one that the line ends on.
      const line = box(tap.querySelector("path.line"));
      const card = cards.find((card) => card.name === tap.dataset.container
        && meet({ l: line.l - 2, r: line.r + 2, t: line.t - 2, b: line.b + 2 }, card.box));
      if (card) (onBar[tap.dataset.network] ??= new Set()).add(projectOf(card));
    }
    const ownerOf = (bar) => {
      const there = onBar[bar.name] ?? new Set();
      const maker = bar.item.dataset.project;
      if (maker && there.has(maker)) return maker;
      return there.size === 1 ? [...there][0] : undefined;
    };
    let inFrames = 0;
    const boxes = [
      ...cards, ...bars.flatMap((bar) => bar.boxes.map((b) => ({ item: bar.item, name: bar.name, box: b }))),
    ].sort((a, b) => a.box.l - b.box.l);
    const pairs = (list, of, say) => list.forEach((a, at) => {
      for (let next = at + 1; next < list.length && list[next].box.l < a.box.r; next++) {
        const b = list[next];
        if (of(a, b) && meet(a.box, b.box)) faults.push(say(a, b));
      }
    });
    pairs(boxes, (a, b) => a.item !== b.item, (a, b) => `${a.name} overlaps ${b.name}`);
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent)
      .map((item) => ({ item, name: item.textContent, box: textBox(item) }))
      .sort((a, b) => a.box.l - b.box.l);
    pairs(texts, () => true, (a, b) => `"${a.name}" lies on "${b.name}"`);
    const page = { l: 0, t: 0, r: view.width, b: view.height };
    for (const text of texts) {
      if (!holds(page, text.box)) faults.push(`"${text.name}" leaves the page`);
    }
    for (const card of cards) {
      for (const text of card.item.querySelectorAll("text")) {
        if (!holds(card.box, textBox(text))) faults.push(`"${text.textContent}" leaves ${card.name}`);
      }
    }
    for (const bar of bars) {
      for (const text of bar.item.querySelectorAll("text")) {
        if (!bar.boxes.some((b) => holds(b, textBox(text)))) {
          faults.push(`"${text.textContent}" leaves ${bar.name}`);
        }
      }
    }
    for (const frame of frames) {
      for (const text of frame.item.querySelectorAll("text")) {
        if (!holds(frame.box, textBox(text))) faults.push(`the title leaves frame ${frame.name}`);
      }
      for (const card of cards) {
        if (projectOf(card) !== frame.name && meet(frame.box, card.box)) {
          faults.push(`${card.name} is in frame ${frame.name}`);
        }
      }
      for (const bar of bars) {
        if (ownerOf(bar) !== frame.name && bar.boxes.some((b) => meet(frame.box, b))) {
          faults.push(`bar ${bar.name} is in frame ${frame.name}`);
        }
      }
    }
    frames.sort((a, b) => a.box.l - b.box.l);
    pairs(frames, () => true, (a, b) => `frame ${a.name} overlaps frame ${b.name}`);
    // Where there is more than one, a card shows its project: it lies in a
    // frame, the whole of it, or it says so.
    const several = new Set(cards.map(projectOf)).size > 1;
    for (const card of cards.filter((card) => projectOf(card) && several)) {
      const around = frames.filter((frame) => meet(frame.box, card.box));
      const framed = around.length === 1 && holds(around[0].box, card.box);
      const says = [...card.item.querySelectorAll("text")]
        .some((text) => text.textContent.startsWith("project ") || text.textContent.startsWith(projectOf(card).slice(0, 12)));
      if (framed) inFrames += 1;
      if (around.length && !framed) faults.push(`${card.name} is not in one frame of ${projectOf(card)}`);
      // On a blank sheet projects are numbered, and no card says which is its own.
      const isBlank = /^project \d+$/.test(projectOf(card));
      if (!framed && !says && !isBlank) faults.push(`${card.name} does not show its project`);
    }
    // Lines, piece by piece, against cards that are not theirs and all text.
    let lines = 0;
    for (const tap of svg.querySelectorAll("g.endpoint, g.talk, g.surprise")) {
      const line = tap.querySelector("path.line");
      // The legend has some, too.
      if (!tap.dataset.container && !tap.dataset.from) continue;
      lines += 1;
      const whose = tap.dataset.container ?? tap.dataset.from;
      const points = [];
      const [dx, dy] = moved(line);
      let [x, y] = [0, 0];
      for (const [, step, numbers] of line.getAttribute("d").matchAll(/([MVH])([-\d ]+)/g)) {
        const n = numbers.trim().split(" ").map(Number);
        if (step === "M") [x, y] = n;
        if (step === "V") y = n[0];
        if (step === "H") x = n[0];
        points.push([x + dx, y + dy]);
      }
      for (let at = 1; at < points.length; at++) {
        const [[ax, ay], [bx, by]] = [points[at - 1], points[at]];
        const piece = {
          l: Math.min(ax, bx) - 1, r: Math.max(ax, bx) + 1,
          t: Math.min(ay, by), b: Math.max(ay, by) + 0.01,
        };
        for (const card of cards) {
          const b = { l: card.box.l + 1.5, r: card.box.r - 1.5, t: card.box.t + 1.5, b: card.box.b - 1.5 };
          if (meet(piece, b)) faults.push(`a line of ${whose} passes through ${card.name}`);
        }
        for (const bar of bars) {
          if (bar.name === tap.dataset.network) continue;
          for (const b of bar.boxes) {
            if (meet(piece, b)) faults.push(`a line of ${whose} passes through bar ${bar.name}`);
          }
        }
        for (const text of texts) {
          if (meet(piece, text.box)) faults.push(`a line of ${whose} passes through "${text.name}"`);
        }
      }
    }
    report.push({
      name: svg.parentElement.id, width: view.width, height: view.height,
      cards: cards.length, bars: bars.length, lines, texts: texts.length,
      frames: frames.length, framed: inFrames,
      faults: faults.length, first: faults.sort((a, b) => b.includes(" leaves ") - a.includes(" leaves ")).slice(0, 5),
    });
  }
  const out = document.createElement("pre");
  out.id = "report";
  out.textContent = JSON.stringify(report);
  document.body.append(out);
});
