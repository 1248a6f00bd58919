/* The charts as SVG, without a page. */
function perennialFigures(json) {
  'use strict';
  var WIDTH = 720;
  var theme = perennialCharts.themes.light;
  var figures = [];
  perennialCharts(JSON.parse(json)).forEach(function (chart) {
    var name = chart.section + '-' + chart.title;
    if (chart.src) {
      figures.push({name: name, group: chart.group, png: chart.src.slice(chart.src.indexOf(',') + 1)});
    }
    if (!chart.option) { return; }
    // One task's curves of all strategies can be had from the page; a file each would be too many.
    var choices = chart.choices.length ? chart.choices.filter(function (choice) { return !(choice.task >= 0); }) : [undefined];
    choices.forEach(function (choice) {
      figures.push({
        name: name + (choices.length > 1 ? '-' + choice.label : ''),
        group: chart.group,
        svg: function () {
          var drawn = echarts.init(null, null, {
            renderer: 'svg', ssr: true, width: WIDTH, height: chart.height(choice, WIDTH)
          });
          drawn.setOption(chart.option(choice, theme, WIDTH));
          var svg = drawn.renderToSVGString();
          drawn.dispose();
          // It only tells what happens under a mouse.
          return svg.replace(/<style[\s\S]*?<\/style>/g, '');
        }
      });
    });
  });
  return figures;
}
