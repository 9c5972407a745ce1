"use strict";
(() => {
  const svg = document.querySelector("svg.netmap");
  const search = document.getElementById("search");
  const project = document.getElementById("project");
  const found = document.getElementById("found");
  const cards = [...svg.querySelectorAll("g.container[data-name]")];
  const bars = [...svg.querySelectorAll("g.network[data-name]")];
  const frames = [...svg.querySelectorAll("g.project[data-name]")];
  const taps = [...svg.querySelectorAll("g.endpoint")];
  const everything = [...cards, ...bars, ...frames, ...taps];
  let pinned = null;

  const nameOf = (item) => item.dataset.name;
  const namesOf = (card) => card.textContent.toLowerCase();

  // Lights these and dims the rest; with nothing to light, all is as it was.
  const light = (items) => {
    const lit = new Set(items);
    svg.classList.toggle("dim", lit.size > 0);
    for (const item of everything) item.classList.toggle("lit", lit.has(item));
  };

  // A container with its networks, or a network with its members.
  const around = (item) => {
    const isCard = item.classList.contains("container");
    const mine = taps.filter((tap) =>
      (isCard ? tap.dataset.container : tap.dataset.network) === nameOf(item));
    const others = new Set(mine.map((tap) =>
      (isCard ? tap.dataset.network : tap.dataset.container)));
    const there = (isCard ? bars : cards).filter((other) => others.has(nameOf(other)));
    return [item, ...mine, ...there];
  };

  // What search and project leave: cards, and what they hang on.
  const chosen = () => {
    const words = search.value.trim().toLowerCase();
    if (!words && !project.value) {
      found.textContent = "";
      return [];
    }
    const fits = cards.filter((card) =>
      (!words || namesOf(card).includes(words)) &&
      (!project.value || card.dataset.project === project.value));
    const nets = words && !project.value
      ? bars.filter((bar) => namesOf(bar).includes(words)) : [];
    found.textContent = `${fits.length} of ${cards.length} containers`;
    const items = new Set(nets);
    for (const card of fits) around(card).forEach((item) => items.add(item));
    for (const frame of frames) if (nameOf(frame) === project.value) items.add(frame);
    // Nothing fits: all of it is dimmed.
    return items.size ? items : [document.body];
  };

  const settle = () => light(pinned ? around(pinned) : chosen());

  for (const item of [...cards, ...bars]) {
    item.addEventListener("pointerenter", () => { if (!pinned) light(around(item)); });
    item.addEventListener("pointerleave", settle);
    item.addEventListener("click", (event) => {
      pinned = pinned === item ? null : item;
      event.stopPropagation();
      settle();
    });
  }
  document.addEventListener("click", () => { pinned = null; settle(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { pinned = null; search.value = ""; project.value = ""; settle(); }
  });

  const projects = new Set(cards.map((card) => card.dataset.project).filter(Boolean));
  for (const name of [...projects].sort()) {
    const option = document.createElement("option");
    option.value = option.textContent = name;
    project.append(option);
  }
  project.parentElement.hidden = projects.size === 0;
  search.addEventListener("input", () => { pinned = null; settle(); });
  project.addEventListener("change", () => { pinned = null; settle(); });
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
})();
