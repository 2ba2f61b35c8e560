// The life of a flame graph (flame.py): its frames stand in the document, an outer one before what it calls.
const frames = [...document.querySelectorAll(".frame")].map(element => {
  const rect = element.querySelector("rect"), text = element.querySelector("text"), at = name => Number(rect.getAttribute(name));
  return {element, rect, text, x: at("x"), y: at("y"), width: at("width"), name: element.dataset.name,
          count: Number(element.dataset.count)};
});
const byId = id => document.getElementById(id);
const share = count => `${count} samples, ${(100 * count / total).toFixed(2)}%`;
let zoomed = frames[0];

function label(name, width) {
  const fits = Math.floor((width - 6) / letter);
  return fits < 3 ? "" : name.length <= fits ? name : name.slice(0, fits - 2) + "..";
}

function place(frame, x, width) {
  frame.rect.setAttribute("x", x);
  frame.rect.setAttribute("width", width);
  frame.text.setAttribute("x", x + 3);
  frame.text.textContent = label(frame.name, width);
}

// That frame becomes as wide as the picture; what calls it stays below it, what is beside it goes.
function zoom(to) {
  const slack = 0.01, factor = width / to.width;
  zoomed = to;
  for (const frame of frames) {
    const calls = frame.y > to.y && frame.x <= to.x + slack && frame.x + frame.width >= to.x + to.width - slack;
    const inside = frame.y <= to.y && frame.x >= to.x - slack && frame.x + frame.width <= to.x + to.width + slack;
    frame.element.style.display = calls || inside ? "" : "none";
    frame.element.classList.toggle("ancestor", calls);
    if (calls)
      place(frame, margin, width);
    else if (inside)
      place(frame, margin + (frame.x - to.x) * factor, frame.width * factor);
  }
  byId("back").textContent = to === frames[0] ? "" : "reset zoom";
}

// Samples whose stack has a frame that matches, each counted once: what lies within a found frame was counted with it.
function search() {
  const wanted = prompt("Functions, as a regular expression:", "");
  if (wanted === null)
    return;
  let pattern, sum = 0, outer = [];
  try {
    pattern = wanted ? new RegExp(wanted) : null;
  } catch (error) {
    byId("details").textContent = String(error);
    return;
  }
  for (const frame of frames) {
    const found = pattern !== null && frame !== frames[0] && pattern.test(frame.name);
    frame.element.classList.toggle("found", found);
    if (found && !outer.some(o => frame.x >= o.x - 0.01 && frame.x + frame.width <= o.x + o.width + 0.01)) {
      outer.push(frame);
      sum += frame.count;
    }
  }
  byId("search").textContent = pattern ? `found: ${share(sum)}` : "search";
}

for (const frame of frames) {
  frame.element.addEventListener("click", () => zoom(frame));
  frame.element.addEventListener("mouseover", () => { byId("details").textContent = `${frame.name}: ${share(frame.count)}`; });
  frame.element.addEventListener("mouseout", () => { byId("details").textContent = ""; });
}
byId("back").addEventListener("click", () => zoom(frames[0]));
byId("search").addEventListener("click", search);
addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key === "f") {
    event.preventDefault();
    search();
  }
});
