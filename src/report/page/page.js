"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const format = (v) => (v === null || v === undefined || !Number.isFinite(v) ? "-" : Number(v).toPrecision(5));

  // Curves: hover to read, drag to zoom, double click to see all.
  const holder = document.getElementById("curves");
  const chart = data.chart;
  const size = () => ({ width: Math.max(holder.clientWidth, 200), height: Math.min(420, Math.max(260, holder.clientWidth * 0.5)) });
  const positive = (values) => values.map((v) => (v === null || (chart.logarithmic && v <= 0) ? null : v));
  // A little more than the values; never empty, whatever they are.
  const range = (_, low, high) => {
    if (low === null || high === null) return chart.logarithmic ? [0.1, 1] : [0, 1];
    if (!chart.logarithmic) {
      const room = 0.05 * (high - low) || 0.1 * Math.abs(high) || 1;
      return [low - room, high + room];
    }
    const [from, to] = [Math.log10(low), Math.log10(high)], room = Math.max(0.05 * (to - from), to - from < 0.2 ? 0.4 : 0.02);
    return [10 ** Math.max(from - room, -307), 10 ** Math.min(to + room, 307)];
  };
  // Ticks of a logarithmic axis: powers of ten, or 1, 2, 5 times these where there are few. (The library's own rounds to 16
  // decimals, and does not end where values are smaller.)
  const ticks = (_, __, low, high) => {
    const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9), found = [];
    const factors = to - from < 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : to - from < 2 ? [1, 2, 5] : [1], stride = Math.max(1, Math.ceil((to - from) / 8));
    for (let k = factors.length > 1 ? from - 1 : from; k <= to; k += stride) {
      for (const factor of factors) {
        const value = factor * 10 ** k;
        if (value >= low && value <= high) found.push(value);
      }
    }
    return found;
  };
  const short = (v) => (v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? v.toExponential(0) : String(Number(v.toPrecision(6))));
  const logarithmic = { splits: ticks, filter: (_, splits) => splits, values: (_, splits) => splits.map(short) };
  let curves = null;
  const drawCurves = () => {
    if (curves) curves.destroy();
    holder.replaceChildren();
    const ink = { stroke: colour("--ink"), grid: { stroke: colour("--pale"), width: 1 }, ticks: { stroke: colour("--pale") } };
    const series = [{ label: chart.along, value: (_, v) => format(v) }];
    const columns = [chart.places];
    const strokes = { x: "--x", y: "--y", third: "--third", theory: "--theory" };
    for (const curve of chart.curves) {
      const value = (_, v) => format(v);
      series.push({ label: curve.name, stroke: colour(strokes[curve.colour]), width: 2, dash: curve.dash, value, points: { show: false } });
      columns.push(positive(curve.values));
    }
    const options = {
      ...size(), series,
      scales: { x: { time: false }, y: { distr: chart.logarithmic ? 3 : 1, range } },
      axes: [{ ...ink, label: chart.along }, { ...ink, size: 70, ...(chart.logarithmic ? logarithmic : {}) }],
      legend: { live: true }, cursor: { drag: { x: true, y: false } },
    };
    curves = new uPlot(options, columns, holder);
  };
  if (chart) {
    drawCurves();
    new ResizeObserver(() => curves.setSize(size())).observe(holder);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCurves);
  }

  // Densities at one time, moved by the slider.
  if (!data.frames) return;
  const times = data.frames.times;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const players = data.frames.players.map((player) => {
    const canvas = document.getElementById("density-" + player.letter);
    const read = document.getElementById("read-" + player.letter);
    const raw = bytes(player.frames);
    const frames = player.shape.length === 1 ? new Float32Array(raw.buffer) : raw;
    const reference = player.reference ? new Float32Array(bytes(player.reference).buffer) : null;
    return { ...player, canvas, read, frames, reference, count: player.shape.reduce((a, b) => a * b, 1) };
  });
  const slider = document.getElementById("time");
  const clock = document.getElementById("clock");
  const play = document.getElementById("play");

  const drawLine = (p, frame) => {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(p.canvas.clientWidth, 100), height = Math.round(width * 0.45);
    p.canvas.width = width * ratio; p.canvas.height = height * ratio;
    p.canvas.style.height = height + "px";
    const g = p.canvas.getContext("2d");
    g.scale(ratio, ratio);
    const left = 46, below = 24, n = p.count;
    const px = (j) => left + ((width - left - 8) * j) / n;
    const py = (v) => height - below - ((height - below - 8) * v) / (1.05 * p.top);
    g.font = "12px system-ui, sans-serif"; g.fillStyle = colour("--ink"); g.strokeStyle = colour("--pale");
    g.textAlign = "right"; g.textBaseline = "middle";
    for (let k = 0; k <= 4; k++) {
      const v = (p.top * k) / 4;
      g.beginPath(); g.moveTo(left, py(v)); g.lineTo(width - 8, py(v)); g.stroke();
      g.fillText(Number(v.toPrecision(2)), left - 5, py(v));
    }
    g.textAlign = "center"; g.textBaseline = "top";
    for (let k = 0; k <= 4; k++) g.fillText(Number((p.origin[0] + (p.period[0] * k) / 4).toPrecision(3)), Math.min(px((n * k) / 4), width - 18), height - below + 6);
    const curve = (values, offset, stroke, dash) => {
      g.beginPath(); g.setLineDash(dash); g.lineWidth = 2; g.strokeStyle = stroke;
      for (let j = 0; j <= n; j++) { const v = values[offset + (j % n)]; j ? g.lineTo(px(j), py(v)) : g.moveTo(px(j), py(v)); }
      g.stroke(); g.setLineDash([]);
    };
    const own = colour(p.letter === "x" ? "--x" : "--y");
    if (p.cells) {
      g.globalAlpha = 0.45; g.fillStyle = own;
      for (let j = 0; j <= n; j++) {
        const from = Math.max(px(j - 0.5), px(0)), to = Math.min(px(j + 0.5), px(n)), v = p.frames[frame * n + (j % n)];
        if (v > 0) g.fillRect(from, py(v), to - from + 0.3, py(0) - py(v));
      }
      g.globalAlpha = 1;
    } else curve(p.frames, frame * n, own, []);
    if (p.reference) curve(p.reference, p.reference.length === n ? 0 : frame * n, colour("--theory"), [6, 4]);
  };
  const drawImage = (p, frame) => {
    const [rows, columns] = p.shape;
    p.canvas.width = rows; p.canvas.height = columns;
    p.canvas.style.aspectRatio = p.period[0] + " / " + p.period[1];
    const g = p.canvas.getContext("2d"), image = g.createImageData(rows, columns), stops = data.colours;
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
      const place = (p.frames[frame * p.count + i * columns + j] / 255) * (stops.length - 1), k = Math.min(Math.floor(place), stops.length - 2);
      const at = 4 * ((columns - 1 - j) * rows + i);
      for (let c = 0; c < 3; c++) image.data[at + c] = stops[k][c] + (stops[k + 1][c] - stops[k][c]) * (place - k);
      image.data[at + 3] = 255;
    }
    g.putImageData(image, 0, 0);
  };
  const show = () => {
    const frame = Number(slider.value);
    clock.textContent = "t = " + format(times[frame]);
    slider.setAttribute("aria-valuetext", clock.textContent);
    for (const p of players) (p.shape.length === 1 ? drawLine : drawImage)(p, frame);
  };
  for (const p of players) {
    const name = p.name;
    p.canvas.addEventListener("mousemove", (event) => {
      const box = p.canvas.getBoundingClientRect(), frame = Number(slider.value);
      if (p.shape.length === 1) {
        const share = (event.clientX - box.left - 46) / (box.width - 54);
        if (share < 0 || share > 1) return;
        const node = Math.round(share * p.count) % p.count;
        p.read.textContent = name + " at " + format(p.origin[0] + (p.period[0] * node) / p.count) + ": " + format(p.frames[frame * p.count + node]);
      } else {
        const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
        const node = share.map((s, i) => Math.min(Math.max(Math.floor((s * p.period[i]) / p.spacing[i]), 0), p.shape[i] - 1));
        const place = node.map((k, i) => format(p.origin[i] + p.spacing[i] * k));
        p.read.textContent = name + " at " + place.join(", ") + ": " + Number(((p.frames[frame * p.count + node[0] * p.shape[1] + node[1]] / 255) * p.scale).toPrecision(3)) + " (to 1/255 of the maximum)";
      }
    });
    p.canvas.addEventListener("mouseleave", () => { p.read.textContent = ""; });
  }
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    timer = setInterval(() => { slider.value = (Number(slider.value) + 1) % times.length; show(); }, Math.max(40, Math.min(400, 8000 / times.length)));
  });
  slider.addEventListener("input", () => { if (timer) stop(); show(); });
  window.addEventListener("resize", show);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
})();
