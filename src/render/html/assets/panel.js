// The panel: all that is known of what was chosen. Whatever strangers wrote
// goes into the page as text.
const data = JSON.parse(document.getElementById("data").textContent);
const panel = (() => {
  const details = document.getElementById("details");
  let choose = () => {}, end = () => {};

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.filter((child) => child != null));
    return made;
  };
  const link = (name, chosen) =>
    element("button", { type: "button", className: "link", onclick: () => choose(chosen) }, name);
  // The short name of what no other of its kind shares it with.
  const count = (list) => list.reduce((all, of) => all.set(of.called, (all.get(of.called) ?? 0) + 1), new Map());
  const counts = [count(data.containers), count(data.networks)];
  const nameOf = (of) => counts[of.members ? 1 : 0].get(of.called) === 1 ? of.called : of.name;
  const full = (of) => nameOf(of) === of.name ? null : of.name;
  const container = (at) => link(nameOf(data.containers[at]), { container: at });
  const network = (at) => link(nameOf(data.networks[at]), { network: at });
  const close = () =>
    element("button", { type: "button", id: "close", ariaLabel: "Close", onclick: () => end() }, "×");
  const list = (title, items) => items.length
    ? [element("h3", {}, title), element("ul", {}, ...items.map((item) => element("li", {}, ...[item].flat())))]
    : [];
  const facts = (pairs) => element("dl", {}, ...pairs.filter(([, value]) => value).flatMap(
    ([word, value]) => [element("dt", {}, word), element("dd", {}, ...[value].flat())]));

  const how = (talk) => {
    if (talk.verdict === "blocked") return element("span", { className: "bad" }, " cannot work");
    const words = { dependency: "waits for it at its start", observed: "observed", configured: "configured" };
    const open = talk.verdict === "open" ? ", measured open" : "";
    return element("span", { className: "quiet" }, ` ${words[talk.basis]}${open}`);
  };
  const talks = (of, answers) => of.filter((talk) => talk.answers === answers)
    .map((talk) => [container(talk.with), talk.port && !answers ? `:${talk.port}` : "",
      talk.port && answers ? ` on ${talk.port}` : "", how(talk)]);

  // A finding with what to do next, and the number by which the picture has it.
  const finding = (at, ...more) => {
    const { number, tone, text, next } = data.findings[at];
    return element("div", { className: `finding ${tone}` },
      number ? element("span", { className: "number" }, String(number)) : null,
      element("p", {}, text), next ? element("p", { className: "quiet" }, next) : null, ...more);
  };
  const findings = (of) => list(data.heading, (of.findings ?? []).map((at) => finding(at)));
  // Whom a finding is about.
  const about = (at) => {
    const having = (all) => all.flatMap((of, nth) => (of.findings ?? []).includes(at) ? [nth] : []);
    const names = [...having(data.containers).map(container), ...having(data.networks).map(network)];
    return element("p", {}, ...names.flatMap((name, nth) => nth ? [", ", name] : [name]));
  };

  const ofContainer = (at) => {
    const of = data.containers[at];
    const shares = typeof of.shares === "number" ? container(of.shares) : of.shares;
    const inside = data.containers.flatMap((other, nth) => other.shares === at ? [container(nth)] : []);
    return [
      element("h2", {}, nameOf(of)),
      facts([
        ["container", full(of)], ["state", of.state], ["image", of.image], ["kind", of.kind], ["project", of.project],
        ["shares", shares && [shares, "’s network"]],
      ]),
      ...findings(of),
      ...list("Measured", (of.measured ?? []).map(({ with: other, what }) =>
        [element("span", { className: "bad" }, `${what}: `), container(other)])),
      ...of.on.flatMap((on) => [
        element("h3", {}, "On ", network(on.network)),
        facts([["address", on.addresses.join(" ")], ["names", on.names.join(", ")], ["MAC", on.mac]]),
      ]),
      ...list("Ports", [...(of.ports ?? []), ...(of.listens ?? [])]),
      ...list("Talks to", talks(of.talk ?? [], false)),
      ...list("Is talked to by", talks(of.talk ?? [], true)),
      ...list("In its network", inside),
    ];
  };
  const ofNetwork = (at) => {
    const of = data.networks[at];
    return [
      element("h2", {}, nameOf(of)),
      facts([["network", full(of)], ["kind", of.kind], ["subnets", of.subnets.join(", ")], ["project", of.project]]),
      ...findings(of),
      ...list(`Members (${of.members.length})`, of.members.map(container)),
    ];
  };
  const show = (...sections) => {
    const made = sections.map((section) => element("section", {}, ...section));
    if (made.length) {
      const first = made[0].firstChild;
      first.replaceWith(element("div", { className: "top" }, first.cloneNode(true), close()));
    }
    details.replaceChildren(...made);
  };
  document.getElementById("findings")?.append(
    ...list(data.heading, (data.findings ?? []).map((_, at) => finding(at, about(at)))));
  const MOST = 200;
  return {
    nameOf,
    container: (at) => show(ofContainer(at)),
    network: (at) => show(ofNetwork(at)),
    // One with those in its network, or several that are alike.
    card: (all, name, isMany) => !isMany
      ? show(...all.map(ofContainer))
      : show([element("h2", {}, `${name} ×${all.length}`), ...list("Containers", all.map(container))]),
    hits: (containers, networks) => show([
      element("h2", {}, "Found"),
      ...list("Networks", networks.slice(0, MOST).map(network)),
      ...list("Containers", containers.slice(0, MOST).map(container)),
      containers.length > MOST ? element("p", {}, `and ${containers.length - MOST} more`) : null,
    ].filter(Boolean)),
    clear: () => details?.replaceChildren(),
    onChoice: (act) => { choose = act; },
    onClose: (act) => { end = act; },
  };
})();
