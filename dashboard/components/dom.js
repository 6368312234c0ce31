// Elements from plain calls. Text only ever enters through text nodes, so nothing a person typed
// can become markup.

const SVG_SPACE = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function element(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG_SPACE, tag), attributes, children);
}

function icon(path) {
  const shape = drawn("path", { d: path, fill: "currentColor" });
  return drawn("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, shape);
}

// "{name} at {time}" with values in their places, as the message catalogue writes it.
function phrase(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function seconds(value, unit) {
  return `${value.toFixed(1)} ${unit}`;
}

function clock(value) {
  const whole = Math.max(0, value);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${(whole - 60 * minutes).toFixed(1).padStart(4, "0")}`;
}

const RANGE_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

// Where a key means a letter or a choice of another field, it is not ours.
function isTyping(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (event.composedPath().some((node) => node.tagName === "DIALOG")) return true;
  const kind = target.getAttribute("type");
  if (kind === "range") return RANGE_KEYS.has(event.code);
  if (target.tagName === "INPUT") return !["checkbox", "button", "submit"].includes(kind);
  if (["TEXTAREA", "SELECT"].includes(target.tagName) || target.isContentEditable) return true;
  return ["combobox", "listbox", "option", "menuitem", "textbox"].includes(target.getAttribute("role"));
}

// A button reached with the tab key is pressed by Enter; one that was clicked is not, nor one of `own`, a
// selector, whose Enter means something else.
function isPressing(target, own) {
  if (!(target instanceof Element) || target.closest(own)) return false;
  return ["BUTTON", "A", "SUMMARY"].includes(target.tagName) && target.matches(":focus-visible");
}

function isDialogOpen() {
  return document.querySelector('[role="dialog"]') !== null;
}

// A clicked button must not capture the keys that follow; one reached by keyboard keeps its focus.
function leaveButton(event) {
  if (event.detail > 0) event.composedPath()[0].closest?.("button")?.blur();
}

// An upright picture is cut to its upper part, where a face is.
function markUpright({ target }) {
  target.classList.toggle("upright", target.naturalHeight > target.naturalWidth);
}

// One instance lives as long as its element; later calls bring new data.
function mounted(registry, argument, create) {
  const host = argument.parentElement;
  if (!registry.has(host)) {
    registry.set(host, { instance: create(host), presses: new Presses() });
    host.addEventListener("click", leaveButton);
  }
  const { instance, presses } = registry.get(host);
  presses.hear(argument);
  instance.show({ data: argument.data, presses });
  return () => {
    host.removeEventListener("click", leaveButton);
    presses.close();
    instance.close();
    registry.delete(host);
  };
}

// What is asked next begins at the top of the page, wherever the one before was read to.
function toTop() {
  document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
}

// A field of the sidebar that was chosen from keeps the focus, and the next key would be typed into it.
function leaveSidebar() {
  const held = document.activeElement;
  const isClosedChoice = held?.getAttribute("role") === "combobox" && held.getAttribute("aria-expanded") !== "true";
  if (isClosedChoice && held.closest('[data-testid="stSidebar"]')) held.blur();
}
