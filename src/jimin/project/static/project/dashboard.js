// Three charts from the numbers the page carries. Tables beneath them say the same in words, so
// the drawings are hidden from screen readers. Tooltips are drawn on the canvas: the page's policy
// allows no style written into HTML.
const source = document.getElementById("charts");
const data = source ? JSON.parse(source.textContent) : null;
const COLOURS = { red: "#c92a2a", yellow: "#e8a100", blue: "#1971c2", green: "#2f9e44", grey: "#adb5bd" };
const charts = [];

const text = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
const start = (id) => {
  const place = document.getElementById(id);
  if (!place || typeof echarts === "undefined") return null;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  charts.push(chart);
  offerPicture(place, chart);
  return chart;
};

// A button beside the heading that hands out the drawing as a file.
const offerPicture = (place, chart) => {
  const card = place.closest(".card");
  const header = card && card.querySelector(".card-header");
  if (!header) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm ms-2 d-print-none";
  button.textContent = data.save;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" });
    link.download = `${place.id}.png`;
    link.click();
  });
  header.append(button);
};
const base = { animation: false, tooltip: { renderMode: "richText", confine: true }, textStyle: { fontFamily: "inherit" } };

const drawMap = async ({ boundaries, measures, places }) => {
  const shapes = await (await fetch(boundaries)).json();
  const chart = start("map-chart"); // only now: an empty chart cannot be resized
  if (!chart) return;
  echarts.registerMap("counties", shapes, {});
  const draw = (measure) => {
    const values = places.map((place) => ({ name: place.name, value: Number(place[measure.key]), address: place.address }));
    const top = Math.max(1, ...values.map((place) => place.value));
    chart.setOption(
      {
        ...base,
        tooltip: { ...base.tooltip, formatter: (at) => `${at.name}\n${measure.label} ${text.format(at.value || 0)} ${measure.unit}` },
        visualMap: { min: 0, max: top, text: [text.format(top), "0"], inRange: { color: ["#e7f1fb", "#0b5cad"] }, left: 0, bottom: 0, itemHeight: 90, calculable: false },
        series: [
          {
            type: "map",
            map: "counties",
            aspectScale: 0.72,
            data: values,
            label: { show: true, fontSize: 12, color: "#1d273b", textBorderColor: "#fff", textBorderWidth: 2 },
            itemStyle: { borderColor: "#fff" },
            emphasis: { itemStyle: { areaColor: "#ffd43b" }, label: { color: "#1d273b" } },
            select: { disabled: true },
          },
        ],
      },
      true,
    );
  };
  chart.on("click", (at) => {
    if (at.data && at.data.address) window.location.assign(at.data.address);
  });
  const bar = document.getElementById("map-measures");
  measures.forEach((measure, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = measure.label;
    button.setAttribute("aria-pressed", String(number === 0));
    button.addEventListener("click", () => {
      [...bar.children].forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      draw(measure);
    });
    bar.append(button);
  });
  draw(measures[0]);
};

const drawTrend = ({ months, paid, households, labels }) => {
  const chart = start("trend-chart");
  if (!chart) return;
  chart.setOption({
    ...base,
    tooltip: { ...base.tooltip, trigger: "axis", valueFormatter: (value) => text.format(value) },
    legend: { top: 0 },
    grid: { left: 8, right: 8, bottom: 8, top: 40, containLabel: true },
    xAxis: { type: "category", data: months },
    yAxis: [{ type: "value" }, { type: "value", splitLine: { show: false } }],
    series: [
      { type: "bar", name: labels.paid, data: paid.map(Number), itemStyle: { color: "#74a9d8" } },
      { type: "line", name: labels.households, yAxisIndex: 1, data: households, itemStyle: { color: "#0b3a6f" }, symbolSize: 8 },
    ],
  });
};

const drawLights = ({ sections, series }) => {
  const chart = start("lights-chart");
  if (!chart) return;
  chart.setOption({
    ...base,
    aria: { enabled: true, decal: { show: true } },
    tooltip: { ...base.tooltip, trigger: "axis" },
    legend: { top: 0 },
    grid: { left: 8, right: 16, bottom: 8, top: 40, containLabel: true },
    xAxis: { type: "value", minInterval: 1 },
    yAxis: { type: "category", inverse: true, data: sections, axisLabel: { width: 130, overflow: "break" } },
    series: series.map(({ light, label, counts }) => ({
      type: "bar",
      stack: "lights",
      name: label,
      data: counts,
      itemStyle: { color: COLOURS[light] },
    })),
  });
};

if (data) {
  drawMap(data.map);
  drawTrend(data.trend);
  if (data.lights.sections.length) drawLights(data.lights);
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
}
