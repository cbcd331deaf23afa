// Shows the values under the pointer, or under the arrow keys. Without it the page lacks nothing
// else. Values are text and are only ever set as text.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const charts = [];

  function element(name, parent, text) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  /// The drawing that the style sheet shows at this width.
  function shown(chart) {
    return chart.drawings.find((svg) => svg.getBoundingClientRect().width > 0);
  }

  /// The plot within the drawing, in CSS pixels.
  function plot(svg) {
    const box = svg.dataset.box.split(" ").map(Number);
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return { left: box[0] * scale, top: box[1] * scale, width: box[2] * scale,
             height: box[3] * scale };
  }

  function nearest(chart, x, y, area) {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < chart.data.x.length; ++i) {
      const dx = (chart.data.x[i] - x) * area.width;
      const dy = chart.data.y.length ? (1 - chart.data.y[i] - y) * area.height : 0;
      const distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  function line(chart, x) {
    for (const svg of chart.drawings) {
      const box = svg.dataset.box.split(" ").map(Number);
      let hair = svg.querySelector(".cross-hair");
      if (!hair) {
        hair = document.createElementNS(SVG, "line");
        hair.setAttribute("class", "cross-hair");
        svg.appendChild(hair);
      }
      const at = box[0] + x * box[2];
      hair.setAttribute("x1", at);
      hair.setAttribute("x2", at);
      hair.setAttribute("y1", box[1]);
      hair.setAttribute("y2", box[1] + box[3]);
      hair.style.visibility = "visible";
    }
  }

  function show(chart, index) {
    const svg = shown(chart);
    if (!svg || index < 0) return;
    chart.index = index;
    const tip = chart.tip;
    tip.textContent = "";
    element("b", tip, chart.data.t[index]);
    for (const series of chart.data.s) {
      if (!series.v[index]) continue;
      const row = element("div", tip);
      element("span", row, series.n);
      element("span", row, series.v[index]);
    }
    const area = plot(svg);
    const x = area.left + chart.data.x[index] * area.width;
    const width = chart.plot.clientWidth;
    const left = x + 14 + tip.offsetWidth <= width ? x + 14 : x - 14 - tip.offsetWidth;
    tip.style.left = Math.max(0, Math.min(left, width - tip.offsetWidth)) + "px";
    tip.style.top = area.top + 6 + "px";
    tip.style.visibility = "visible";
    for (const other of charts) {
      if (other === chart || (chart.data.sync && other.data.sync === chart.data.sync)) {
        line(other, chart.data.x[index]);
      }
    }
  }

  function hide(chart) {
    chart.tip.style.visibility = "hidden";
    document.querySelectorAll(".cross-hair").forEach((hair) => {
      hair.style.visibility = "hidden";
    });
  }

  function follow(chart, event) {
    const svg = shown(chart);
    if (!svg) return;
    const area = plot(svg);
    const frame = svg.getBoundingClientRect();
    const x = (event.clientX - frame.left - area.left) / area.width;
    const y = (event.clientY - frame.top - area.top) / area.height;
    show(chart, nearest(chart, x, y, area));
  }

  function step(chart, event) {
    const last = chart.data.x.length - 1;
    const order = chart.order;
    const at = Math.max(0, order.indexOf(chart.index));
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10,
                    Home: 0, End: last };
    if (event.key === "Escape") {
      hide(chart);
    } else if (event.key in moves) {
      event.preventDefault();
      show(chart, order[Math.max(0, Math.min(last, moves[event.key]))]);
    }
  }

  document.querySelectorAll("figure").forEach((figure) => {
    const source = figure.querySelector('script[type="application/json"]');
    if (!source) return;
    const area = figure.querySelector(".plot");
    const chart = { data: JSON.parse(source.textContent), plot: area, index: -1,
                    drawings: Array.from(area.querySelectorAll("svg")),
                    tip: element("div", area) };
    chart.order = chart.data.x.map((_, i) => i).sort((a, b) => chart.data.x[a] - chart.data.x[b]);
    chart.tip.className = "tip";
    chart.tip.setAttribute("role", "status");
    area.tabIndex = 0;
    area.setAttribute("role", "group");
    area.setAttribute("aria-label", figure.querySelector("h3").textContent +
                      "; arrow keys read the values");
    area.addEventListener("pointermove", (event) => follow(chart, event));
    area.addEventListener("pointerdown", (event) => follow(chart, event));
    area.addEventListener("pointerleave", () => hide(chart));
    area.addEventListener("blur", () => hide(chart));
    area.addEventListener("keydown", (event) => step(chart, event));
    charts.push(chart);
  });

  // Paper cannot be clicked: what is folded is printed unfolded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    folded.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => {
    folded.forEach((details) => { details.open = false; });
  });
})();
