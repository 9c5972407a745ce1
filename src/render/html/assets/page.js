// Choosing, searching and filtering, and what of it stands in the address.
(() => {
  const { svg } = lens;
  const all = (selector) => [...svg.querySelectorAll(selector)];
  // In the order of the picture, which is that of the data.
  const cards = all("g.container[data-name]"), bars = all("g.network[data-name]");
  const taps = all("g.endpoint[data-container]"), arrows = all("g[data-from]");
  const frames = all("g.project[data-name]");
  const everything = [...cards, ...bars, ...taps, ...arrows, ...frames];
  const [search, project, network, state, found] =
    ["search", "project", "network", "state", "found"].map((id) => document.getElementById(id));
  const { containers, networks } = data;
  const cardOf = containers.map((_, at) => data.cards.findIndex((card) => card.includes(at)));
  const barOf = networks.map((_, at) => data.bars.indexOf(at));
  // { container }, { network } or { card }, by number; nothing else is chosen.
  let chosen = null;

  // What hangs together with a card, or with a bar.
  const aroundCard = (at, withTalk) => {
    const lit = [cards[at]];
    data.taps.forEach(([card, bar], nth) => {
      if (card === at) lit.push(taps[nth], bars[bar]);
    });
    if (withTalk) data.arrows.forEach(([from, to], nth) => {
      if (from === at || to === at) lit.push(arrows[nth], cards[from], cards[to]);
    });
    return lit;
  };
  const aroundBar = (at) => {
    const lit = [bars[at]];
    data.taps.forEach(([card, bar], nth) => {
      if (bar === at) lit.push(taps[nth], cards[card]);
    });
    return lit;
  };
  // Lights these and dims the rest.
  const light = (items) => {
    const lit = new Set(items);
    svg.classList.add("dim");
    for (const item of everything) item.classList.toggle("lit", lit.has(item));
  };

  // What is looked through for words.
  const wordsOf = containers.map((of) => [
    of.name, of.called, of.project, of.image, of.kind, of.state, ...(of.ports ?? []),
    ...of.on.flatMap((on) => [...on.addresses, ...on.names, on.mac]),
  ].join("\n").toLowerCase());
  const wordsOfNetwork = networks.map((of) =>
    [of.name, of.kind, ...of.subnets].join("\n").toLowerCase());

  const isFiltered = () => Boolean(search.value.trim() || project.value || network.value || state.value);
  const matches = () => {
    const words = search.value.trim().toLowerCase();
    const on = new Set(network.value ? networks[network.value].members : []);
    const fits = containers.map((of, at) =>
      (!words || wordsOf[at].includes(words)) &&
      (!project.value || of.project === project.value) &&
      (!network.value || on.has(at)) &&
      (!state.value || of.states.includes(state.value)));
    const isOnlyWords = words && !project.value && !network.value && !state.value;
    return {
      containers: fits.flatMap((is, at) => is ? [at] : []),
      networks: isOnlyWords ? wordsOfNetwork.flatMap((text, at) => text.includes(words) ? [at] : []) : [],
    };
  };
  const lightHits = (hits) => {
    const lit = hits.networks.flatMap((at) => bars[barOf[at]] ?? []);
    for (const at of hits.containers) if (cardOf[at] >= 0) lit.push(...aroundCard(cardOf[at]));
    const own = new Set(lit);
    data.arrows.forEach(([from, to], nth) => {
      if (own.has(cards[from]) && own.has(cards[to])) lit.push(arrows[nth]);
    });
    for (const frame of frames) if (frame.dataset.name === project.value) lit.push(frame);
    light(lit);
  };
  // Rows stand in the order of the data.
  const rows = [...document.querySelectorAll("#tables .containers tbody tr")];

  // The items of the picture that were chosen, or nothing.
  const itemsOf = (choice) => {
    if (!choice) return [];
    if ("network" in choice) return [bars[barOf[choice.network]]].filter(Boolean);
    const card = choice.card ?? cardOf[choice.container];
    return card >= 0 ? [cards[card]] : [];
  };
  const boxAround = (items) => {
    const boxes = items.map(lens.boxOf);
    const x = Math.min(...boxes.map((box) => box.x)), y = Math.min(...boxes.map((box) => box.y));
    const right = Math.max(...boxes.map((box) => box.x + box.width));
    const bottom = Math.max(...boxes.map((box) => box.y + box.height));
    return { x, y, width: right - x, height: bottom - y };
  };
  const flyTo = (items, isNew) => { if (items.length) lens.fly(boxAround(items), isNew); };

  // Shows all as it now is.
  const settle = () => {
    const hits = matches();
    const filtered = isFiltered();
    const shown = new Set(hits.containers);
    rows.forEach((row, at) => { row.hidden = filtered && !shown.has(at); });
    found.textContent = filtered ? `${hits.containers.length} of ${containers.length} containers` : "";
    for (const item of everything) item.classList.remove("chosen");
    for (const item of itemsOf(chosen)) item.classList.add("chosen");
    for (const item of [...cards, ...bars]) {
      if (item.hasAttribute("aria-pressed")) item.setAttribute("aria-pressed", item.classList.contains("chosen"));
    }
    if (chosen && "network" in chosen) {
      if (barOf[chosen.network] >= 0) light(aroundBar(barOf[chosen.network]));
      panel.network(chosen.network);
    } else if (chosen) {
      const card = chosen.card ?? cardOf[chosen.container];
      if (card >= 0) light(aroundCard(card, true));
      if ("container" in chosen) panel.container(chosen.container);
      else panel.card(data.cards[card], nameOf(cards[card]), "count" in cards[card].dataset);
    } else if (filtered) {
      lightHits(hits);
      panel.hits(hits.containers, hits.networks);
    } else {
      svg.classList.remove("dim");
      panel.clear();
    }
  };

  const nameOf = (item) => item.dataset.name;
  const namesOf = (of) => [of.called, of.name];
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  // What stands in the address, so that it can be passed on.
  const remember = () => {
    const parts = new URLSearchParams();
    if (chosen) {
      const [short, long] = "card" in chosen ? [nameOf(cards[chosen.card])]
        : "network" in chosen ? namesOf(networks[chosen.network]) : namesOf(containers[chosen.container]);
      parts.set("focus", isSame(called(short), chosen) ? short : long ?? short);
    }
    if (search.value.trim()) parts.set("search", search.value.trim());
    if (project.value) parts.set("project", project.value);
    if (network.value) parts.set("network", networks[network.value].name);
    if (state.value) parts.set("state", state.value);
    history.replaceState(null, "", String(parts) ? `#${parts}` : location.pathname + location.search);
  };
  const called = (name) => {
    const at = (list, test) => list.findIndex(test);
    const by = [
      ["container", at(containers, (of) => of.name === name)],
      ["container", at(containers, (of) => of.called === name)],
      ["card", at(cards, (card) => nameOf(card) === name)],
      ["network", at(networks, (of) => of.name === name)],
      ["network", at(networks, (of) => of.called === name)],
    ].find(([, place]) => place >= 0);
    return by ? { [by[0]]: by[1] } : null;
  };
  const recall = (isNew) => {
    const parts = new URLSearchParams(location.hash.slice(1));
    search.value = parts.get("search") ?? "";
    project.value = parts.get("project") ?? "";
    state.value = parts.get("state") ?? "";
    const on = networks.findIndex((of) => of.name === parts.get("network"));
    network.value = on < 0 ? "" : String(on);
    // A name that is no option's leaves nothing chosen.
    for (const list of [project, state, network]) if (list.selectedIndex < 0) list.value = "";
    chosen = parts.has("focus") ? called(parts.get("focus")) : null;
    settle();
    if (chosen) flyTo(itemsOf(chosen), isNew);
    else if (isFiltered()) flyToHits(isNew);
  };
  const flyToHits = (isNew) => {
    const hits = matches();
    const items = [...hits.networks.map((at) => bars[barOf[at]]), ...hits.containers.map((at) => cards[cardOf[at]])];
    flyTo(items.filter(Boolean), isNew);
  };

  const choose = (choice) => {
    chosen = choice;
    settle();
    remember();
    flyTo(itemsOf(chosen));
  };
  panel.onChoice(choose);
  const choiceOf = (item) => {
    const card = cards.indexOf(item);
    if (card < 0) {
      const place = data.bars[bars.indexOf(item)];
      return place == null ? null : { network: place };
    }
    const own = data.cards[card] ?? [];
    return own.length === 1 ? { container: own[0] } : own.length ? { card } : null;
  };

  // In the picture one thing can be reached with Tab, the others with arrows.
  const items = [...cards, ...bars].filter(choiceOf);
  const centre = (item) => {
    const box = lens.boxOf(item);
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const directions = {
    ArrowLeft: ([x, y]) => [-x, y], ArrowRight: ([x, y]) => [x, y],
    ArrowUp: ([x, y]) => [-y, x], ArrowDown: ([x, y]) => [y, x],
  };
  const next = (item, key) => {
    const [fromX, fromY] = centre(item);
    let best = null, least = Infinity;
    for (const other of items) {
      const [x, y] = centre(other);
      const [along, across] = directions[key]([x - fromX, y - fromY]);
      const cost = along + 3 * Math.abs(across);
      if (other !== item && along > 2 && cost < least) [best, least] = [other, cost];
    }
    return best;
  };
  const step = (item) => {
    for (const other of items) other.tabIndex = other === item ? 0 : -1;
    item.focus({ preventScroll: true });
    lens.fly(lens.boxOf(item));
  };
  const label = (item) => {
    const choice = choiceOf(item);
    if ("network" in choice) {
      const of = networks[choice.network];
      return `network ${panel.nameOf(of)}, ${of.kind}, ${of.members.length} members`;
    }
    const own = choice.card == null ? [choice.container] : data.cards[choice.card];
    const first = containers[own[0]];
    const on = first.on.map((at) => panel.nameOf(networks[at.network])).join(" and ");
    const asks = (first.talk ?? []).filter((talk) => !talk.answers)
      .map((talk) => panel.nameOf(containers[talk.with])).join(", ");
    return [
      own.length > 1 ? `${nameOf(item)}, ${own.length} containers` : panel.nameOf(first),
      first.state, on && `on ${on}`, asks && `talks to ${asks}`,
    ].filter(Boolean).join(", ");
  };
  for (const item of items) {
    item.setAttribute("role", "button");
    item.setAttribute("aria-label", label(item));
    item.setAttribute("aria-pressed", "false");
    item.tabIndex = item === items[0] ? 0 : -1;
    item.addEventListener("click", (event) => {
      event.stopPropagation();
      const choice = choiceOf(item);
      choose(isSame(choice, chosen) ? null : choice);
    });
    item.addEventListener("pointerenter", (event) => {
      if (chosen || isFiltered() || event.pointerType === "touch") return;
      const card = cards.indexOf(item);
      light(card < 0 ? aroundBar(bars.indexOf(item)) : aroundCard(card, true));
    });
    item.addEventListener("pointerleave", () => {
      if (!chosen && !isFiltered()) svg.classList.remove("dim");
    });
    item.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        return choose(choiceOf(item));
      }
      if (!directions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const other = next(item, event.key);
      if (other) step(other);
    });
  }
  document.getElementById("view").addEventListener("click", () => { if (chosen) choose(null); });

  // The hit that Enter went to last.
  let hit = -1;
  const changed = () => {
    hit = -1;
    chosen = null;
    settle();
    remember();
    if (isFiltered()) flyToHits();
  };
  const clear = () => {
    for (const field of [search, project, network, state]) field.value = "";
    changed();
  };
  panel.onClose(() => chosen ? choose(null) : clear());
  search.addEventListener("input", changed);
  for (const list of [project, network, state]) list.addEventListener("change", changed);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !search.value.trim()) return;
    const hits = matches();
    const choices = [
      ...hits.containers.map((container) => ({ container })), ...hits.networks.map((network) => ({ network })),
    ];
    if (!choices.length) return;
    hit = (hit + (event.shiftKey ? choices.length - 1 : 1)) % choices.length;
    choose(choices[hit]);
  });

  const table = document.getElementById("table");
  table.addEventListener("click", () => {
    const isShown = document.getElementById("tables").classList.toggle("shown");
    document.body.classList.toggle("tabled", isShown);
    table.setAttribute("aria-pressed", isShown);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (chosen) return choose(null);
      return clear();
    }
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      search.select();
      return search.focus();
    }
    // Where the tables are shown, arrows scroll them.
    if (lens.keys[event.key] && !document.body.classList.contains("tabled")) {
      event.preventDefault();
      lens.keys[event.key]();
    }
  });

  const offer = (list, values) => {
    for (const [value, text] of values) list.append(new Option(text, value));
    list.parentElement.hidden = values.length < 2;
  };
  const byName = new Intl.Collator("en", { numeric: true }).compare;
  const distinct = (values) => [...new Set(values.filter(Boolean))].sort(byName).map((value) => [value, value]);
  offer(project, distinct(containers.map((of) => of.project)));
  offer(network, networks.map((of, at) => [String(at), panel.nameOf(of)]));
  offer(state, distinct(containers.flatMap((of) => of.states)));
  search.form.hidden = table.hidden = !containers.length;

  lens.begin();
  recall(true);
  addEventListener("hashchange", () => recall(false));
})();
