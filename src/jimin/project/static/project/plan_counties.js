// The counties coloured by their light. The table beneath says the same in words.
const LIGHTS = { red: "#c92a2a", yellow: "#e8a100", blue: "#1971c2", green: "#2f9e44", grey: "#adb5bd", none: "#e9ecef" };
const carried = document.getElementById("county-chart");

const drawCounties = async ({ boundaries, name, save, places }) => {
  const shapes = await (await fetch(boundaries)).json();
  const place = document.getElementById("map-chart");
  if (!place || typeof echarts === "undefined") return;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  echarts.registerMap("counties", shapes, {});
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: "inherit" },
    tooltip: { renderMode: "richText", confine: true, formatter: (at) => (at.data ? `${at.name} ${at.data.word}\n${at.data.sentence}` : at.name) },
    series: [
      {
        type: "map",
        map: "counties",
        aspectScale: 0.72,
        data: places.map((each) => ({ ...each, itemStyle: { areaColor: LIGHTS[each.light] } })),
        label: { show: true, fontSize: 12, color: "#1d273b", textBorderColor: "#fff", textBorderWidth: 2, formatter: (at) => `${at.name} ${at.data ? at.data.word : ""}` },
        itemStyle: { borderColor: "#fff" },
        emphasis: { label: { color: "#1d273b" } },
        select: { disabled: true },
      },
    ],
  });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm ms-auto d-print-none";
  button.textContent = save;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" });
    link.download = `${name}.png`;
    link.click();
  });
  place.closest(".card").querySelector(".card-header").append(button);
  window.addEventListener("resize", () => chart.resize());
};

if (carried) drawCounties(JSON.parse(carried.textContent));
