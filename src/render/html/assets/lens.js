// Zooming and panning: the picture grows and shrinks inside of a box that
// scrolls, so that what a browser does with such a box works, too.
document.documentElement.classList.add("scripted");
const lens = (() => {
  const view = document.getElementById("view");
  const svg = view.querySelector("svg.netmap");
  const { width, height } = svg.viewBox.baseVal;
  // Pixels of the picture's smallest text, and what of it can be read.
  const SMALLEST = 11, READABLE = 9, COMFORTABLE = 12;
  const LARGEST = 8, STEP = 1.25, MARGIN = 40;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let scale = 1, flight = 0, isFitted = true;
  const told = document.getElementById("scale");

  // On a narrow page the picture stands above the panel and takes no more height
  // than it needs: what it can have is all that what was chosen leaves.
  const room = () => {
    const main = view.parentElement, panel = document.getElementById("panel");
    const isBelow = panel && getComputedStyle(main).flexDirection === "column"
      && document.getElementById("details").childElementCount > 0;
    return main.clientHeight - (isBelow ? panel.offsetHeight : 0);
  };
  const whole = () => Math.min(view.clientWidth / width, room() / height);
  const resize = (wanted) => {
    scale = Math.min(Math.max(wanted, Math.min(whole(), 1) / 2), LARGEST);
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
    told.textContent = `${Math.round(scale * 100)} %`;
  };
  // What lies in the middle, in pixels of the picture.
  const middle = () => {
    const box = svg.getBoundingClientRect(), frame = view.getBoundingClientRect();
    return [
      (frame.left + view.clientWidth / 2 - box.left) / scale,
      (frame.top + view.clientHeight / 2 - box.top) / scale,
    ];
  };
  const look = (wanted, x, y) => {
    resize(wanted);
    const [nowX, nowY] = middle();
    view.scrollBy((x - nowX) * scale, (y - nowY) * scale);
  };
  // Keeps what is at a place of the window where it is.
  const zoom = (factor, x, y) => {
    cancelAnimationFrame(flight);
    isFitted = false;
    const frame = view.getBoundingClientRect();
    x ??= frame.left + view.clientWidth / 2;
    y ??= frame.top + view.clientHeight / 2;
    const before = svg.getBoundingClientRect();
    const [partX, partY] = [(x - before.left) / before.width, (y - before.top) / before.height];
    resize(scale * factor);
    const after = svg.getBoundingClientRect();
    view.scrollBy(after.left + partX * after.width - x, after.top + partY * after.height - y);
  };
  const pan = (x, y) => {
    cancelAnimationFrame(flight);
    view.scrollBy(x, y);
  };
  // A box of the picture, whatever groups it is in: they are moved and never scaled.
  const boxOf = (item) => {
    const { x, y, width: wide, height: high } = item.getBBox();
    const moved = svg.getScreenCTM().inverse().multiply(item.getScreenCTM());
    return { x: x + moved.e, y: y + moved.f, width: wide, height: high };
  };
  // All of it.
  const fit = () => {
    cancelAnimationFrame(flight);
    isFitted = true;
    resize(Math.min(whole(), 1.5));
  };
  // All of it where its text can be read so, else its whole width.
  const begin = () => {
    fit();
    if (SMALLEST * whole() < READABLE) resize(Math.min(view.clientWidth / width, 1.25));
    view.scrollTo(0, 0);
  };
  // Moves until a box of the picture is in sight and can be read; at once,
  // where nobody has seen the picture yet or wants nothing to move.
  const fly = (box, atOnce) => {
    const most = Math.min(
      view.clientWidth / (box.width + 2 * MARGIN), view.clientHeight / (box.height + 2 * MARGIN));
    const wanted = Math.min(Math.max(scale, COMFORTABLE / SMALLEST), most);
    const [fromX, fromY] = middle();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const [halfWide, halfHigh] = [view.clientWidth / scale / 2, view.clientHeight / scale / 2];
    const isSeen = Math.abs(x - fromX) + box.width / 2 < halfWide
      && Math.abs(y - fromY) + box.height / 2 < halfHigh;
    if (isSeen && wanted <= scale) return;
    cancelAnimationFrame(flight);
    isFitted = false;
    const from = scale;
    if (atOnce || calm.matches) return look(wanted, x, y);
    const start = performance.now();
    const step = (now) => {
      const part = Math.min(Math.max((now - start) / 350, 0), 1);
      const eased = part * part * (3 - 2 * part);
      const at = (a, b) => a + (b - a) * eased;
      look(from * (wanted / from) ** eased, at(fromX, x), at(fromY, y));
      if (part < 1) flight = requestAnimationFrame(step);
    };
    flight = requestAnimationFrame(step);
  };

  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = [1, 16, view.clientHeight][event.deltaMode];
    const [x, y] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey) return pan(x || y, 0);
    if (Math.abs(x) > Math.abs(y)) return pan(x, 0);
    // A pinch on a touchpad comes as small steps with Ctrl.
    zoom(2 ** (-y / (event.ctrlKey ? 100 : 300)), event.clientX, event.clientY);
  }, { passive: false });

  // One finger or the mouse pans, two fingers pinch.
  const held = new Map();
  let wasDragged = false;
  const spread = () => {
    const [a, b] = [...held.values()];
    return b ? { size: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
      : { size: 0, x: a.x, y: a.y };
  };
  const release = (event) => {
    held.delete(event.pointerId);
    if (!held.size) view.classList.remove("held");
  };
  view.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!held.size) wasDragged = false;
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  view.addEventListener("pointermove", (event) => {
    const last = held.get(event.pointerId);
    if (!last) return;
    if (!event.buttons) return release(event);
    const moved = Math.hypot(event.clientX - last.x, event.clientY - last.y);
    if (!wasDragged && moved < 4 && held.size === 1) return;
    if (!wasDragged) {
      wasDragged = true;
      view.setPointerCapture(event.pointerId);
      view.classList.add("held");
    }
    const before = spread();
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = spread();
    pan(before.x - after.x, before.y - after.y);
    if (before.size && after.size) zoom(after.size / before.size, after.x, after.y);
  });
  for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, release);
  // What ends a drag is no click.
  view.addEventListener("click", (event) => {
    if (wasDragged) event.stopPropagation();
    wasDragged = false;
  }, true);
  view.addEventListener("dblclick", (event) => zoom(2, event.clientX, event.clientY));

  document.getElementById("in").addEventListener("click", () => zoom(STEP));
  document.getElementById("out").addEventListener("click", () => zoom(1 / STEP));
  document.getElementById("fit").addEventListener("click", fit);
  addEventListener("resize", () => { if (isFitted) begin(); });

  const keys = {
    "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), "0": fit,
    ArrowLeft: () => pan(-80, 0), ArrowRight: () => pan(80, 0),
    ArrowUp: () => pan(0, -80), ArrowDown: () => pan(0, 80),
  };
  return { svg, begin, fly, boxOf, keys };
})();
