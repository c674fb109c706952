"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const format = (v) => (v === null || v === undefined || !Number.isFinite(v) ? "-" : Number(v).toPrecision(5));

  // Distances: hover to read, drag to zoom, double click to see all.
  const holder = document.getElementById("curves");
  const size = () => ({ width: Math.max(holder.clientWidth, 200), height: Math.min(420, Math.max(260, holder.clientWidth * 0.5)) });
  const positive = (values) => values.map((v) => (v > 0 ? v : null));
  let curves = null;
  const drawCurves = () => {
    if (curves) curves.destroy();
    holder.replaceChildren();
    const ink = { stroke: colour("--ink"), grid: { stroke: colour("--pale"), width: 1 }, ticks: { stroke: colour("--pale") } };
    const series = [{ label: "t", value: (_, v) => format(v) }];
    const columns = [data.times];
    const strokes = { x: "--x", y: "--y", third: "--third", theory: "--theory" };
    for (const curve of data.curves) {
      const value = (_, v) => format(v);
      series.push({ label: curve.name, stroke: colour(strokes[curve.colour]), width: 2, dash: curve.dash, value, points: { show: false } });
      columns.push(positive(curve.values));
    }
    const options = {
      ...size(), series,
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [{ ...ink, label: "time t" }, { ...ink, size: 70 }],
      legend: { live: true }, cursor: { drag: { x: true, y: false } },
    };
    curves = new uPlot(options, columns, holder);
  };
  drawCurves();
  new ResizeObserver(() => curves.setSize(size())).observe(holder);

  // Densities at one time, moved by the slider.
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const players = data.players.map((player) => {
    const canvas = document.getElementById("density-" + player.letter);
    const read = document.getElementById("read-" + player.letter);
    const raw = bytes(player.frames);
    const frames = player.shape.length === 1 ? new Float32Array(raw.buffer) : raw;
    const still = player.equilibrium ? new Float32Array(bytes(player.equilibrium).buffer) : null;
    return { ...player, canvas, read, frames, still, count: player.shape.reduce((a, b) => a * b, 1) };
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
    if (p.still) curve(p.still, 0, colour("--theory"), [6, 4]);
    curve(p.frames, frame * n, colour(p.letter === "x" ? "--x" : "--y"), []);
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
    clock.textContent = "t = " + format(data.frameTimes[frame]);
    slider.setAttribute("aria-valuetext", clock.textContent);
    for (const p of players) (p.shape.length === 1 ? drawLine : drawImage)(p, frame);
  };
  for (const p of players) {
    const name = p.letter === "x" ? "mu" : "nu";
    p.canvas.addEventListener("mousemove", (event) => {
      const box = p.canvas.getBoundingClientRect(), frame = Number(slider.value);
      if (p.shape.length === 1) {
        const share = (event.clientX - box.left - 46) / (box.width - 54);
        if (share < 0 || share > 1) return;
        const node = Math.round(share * p.count) % p.count;
        p.read.textContent = name + "(" + format(p.origin[0] + (p.period[0] * node) / p.count) + ") = " + format(p.frames[frame * p.count + node]);
      } else {
        const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
        const node = share.map((s, i) => Math.min(Math.max(Math.floor(s * p.shape[i]), 0), p.shape[i] - 1));
        const place = node.map((k, i) => format(p.origin[i] + (p.period[i] * k) / p.shape[i]));
        p.read.textContent = name + "(" + place.join(", ") + ") = " + Number(((p.frames[frame * p.count + node[0] * p.shape[1] + node[1]] / 255) * p.top).toPrecision(3)) + " (to 1/255 of the maximum)";
      }
    });
    p.canvas.addEventListener("mouseleave", () => { p.read.textContent = ""; });
  }
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    timer = setInterval(() => { slider.value = (Number(slider.value) + 1) % data.frameTimes.length; show(); }, Math.max(40, Math.min(400, 8000 / data.frameTimes.length)));
  });
  slider.addEventListener("input", () => { if (timer) stop(); show(); });
  window.addEventListener("resize", show);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawCurves(); show(); });
  show();
})();
