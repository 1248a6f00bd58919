/* The charts of what strategies cost: parameters against accuracy, growth, time. ECMAScript 5, as charts.js. */
var perennialCosts = (function () {
  'use strict';

  var draw = perennialDraw;
  var present = draw.present;
  var format = draw.format;
  var fraction = draw.fraction;
  var short = draw.short;
  var percent = draw.percent;
  var between = draw.between;
  var sample = draw.sample;
  var colour = draw.colour;
  var symbol = draw.symbol;
  var base = draw.base;
  var axis = draw.axis;
  var legend = draw.legend;
  var spread = draw.spread;
  var lines = draw.lines;
  var nameWidth = draw.nameWidth;
  var barHeight = draw.barHeight;
  var PHASES = [['load', 'loading'], ['train', 'training'], ['consolidate', 'consolidating'],
    ['evaluate', 'evaluating']];

  function pareto(group, id) {
    var points = [];
    group.entries.forEach(function (entry, e) {
      var value = entry.metrics.averageAccuracy;
      var cost = entry.parameters[entry.parameters.length - 1];
      if (value && present(value.value) && present(cost)) {
        points.push({name: entry.label, x: cost, y: value.value, low: value.low, high: value.high, index: e});
      }
    });
    var front = points.slice().sort(function (a, b) { return a.x - b.x || b.y - a.y; })
      .filter(function (point, i, sorted) {
        return sorted.slice(0, i).every(function (other) { return other.y < point.y; });
      });
    function onFront(point) { return front.indexOf(point) >= 0; }
    return {
      id: id, section: 'cost', wide: false, title: 'Parameters and accuracy',
      hint: 'Up and to the left is better. The line joins those that no other beats in both (the Pareto front).',
      choices: [],
      height: function () { return 340; },
      option: function (choice, theme, width) {
        var costs = points.map(function (point) { return point.x; });
        var most = Math.max.apply(null, costs);
        var least = Math.min.apply(null, costs);
        var log = least > 0 && most / least > 8;
        var x = log ? [least / 1.6, most * 1.6] : [least - 0.1 * (most - least || most), most + 0.1 * (most - least || most)];
        var reached = points.map(function (point) { return present(point.low) ? point.low : point.y; })
          .concat(points.map(function (point) { return present(point.high) ? point.high : point.y; }));
        var y = [Math.max(0, Math.floor(20 * Math.min.apply(null, reached) - 0.5) / 20),
          Math.min(1, Math.ceil(20 * Math.max.apply(null, reached) + 0.5) / 20)];
        var height = this.height();
        var right = Math.min(140, width * 0.34);
        function across(value) {
          var share = log ? Math.log(value / x[0]) / Math.log(x[1] / x[0]) : (value - x[0]) / (x[1] - x[0]);
          return 62 + share * (width - 62 - right);
        }
        // Names stand to the right of the points: those of one column must not cover one another.
        var moves = points.map(function () { return 0; });
        var columns = {};
        points.forEach(function (point, i) {
          var column = Math.round(across(point.x) / 110);
          (columns[column] = columns[column] || []).push(i);
        });
        Object.keys(columns).forEach(function (column) {
          var members = columns[column];
          spread(members.map(function (i) { return (y[1] - points[i].y) / (y[1] - y[0]) * (height - 74); }), 15)
            .forEach(function (move, k) { moves[members[k]] = move; });
        });
        var step = [];
        front.forEach(function (point, i) {
          if (i > 0) { step.push([point.x, front[i - 1].y]); }
          step.push([point.x, point.y]);
        });
        var option = base(theme);
        option.grid = {left: 62, right: right, top: 26, bottom: 48};
        option.xAxis = axis(theme, {
          type: log ? 'log' : 'value', name: 'parameters kept', nameGap: 28, min: x[0], max: x[1],
          axisLabel: {formatter: short, showMinLabel: false, showMaxLabel: false}, splitNumber: 2
        });
        option.yAxis = axis(theme, {
          type: 'value', name: 'average accuracy', nameGap: 44, min: y[0], max: y[1],
          axisLabel: {formatter: percent}
        });
        option.tooltip.formatter = function (point) {
          return point.data.name + '\n' + format(point.value[0]) + ' parameters, accuracy ' + format(point.value[1]);
        };
        option.series = [{
          type: 'line', data: step, symbol: 'none', silent: true,
          lineStyle: {color: theme.muted, type: 'dashed', width: 1.5}
        }, {
          type: 'custom', silent: true, clip: true, encode: {x: 0, y: [1, 2]},
          data: points.filter(function (point) { return present(point.low); })
            .map(function (point) { return [point.x, point.low, point.high]; }),
          renderItem: function (params, api) {
            var low = api.coord([api.value(0), api.value(1)]);
            var high = api.coord([api.value(0), api.value(2)]);
            return {
              type: 'line', shape: {x1: low[0], y1: low[1], x2: high[0], y2: high[1]},
              style: {stroke: theme.muted, lineWidth: 1.2}
            };
          }
        }, {
          type: 'scatter', symbolSize: 13,
          data: points.map(function (point, i) {
            return {
              name: point.name, value: [point.x, point.y], symbol: symbol(point.index),
              itemStyle: {
                color: colour(theme, point.index), borderColor: theme.text, borderWidth: onFront(point) ? 1.6 : 0
              },
              label: {
                show: points.length <= 24, color: theme.text, position: 'right', distance: 8, offset: [0, moves[i]],
                fontWeight: onFront(point) ? 'bold' : 'normal'
              }
            };
          }),
          label: {width: right - 12, overflow: 'truncate', formatter: function (point) { return point.data.name; }}
        }];
        return option;
      },
      table: function () {
        return {
          columns: ['strategy', 'parameters', 'average accuracy', 'on the front'],
          rows: points.map(function (point) { return [point.name, point.x, point.y, onFront(point) ? 'yes' : 'no']; })
        };
      },
      sentence: function () {
        return 'Scatter plot of parameters against average accuracy. On the Pareto front: ' +
          sample(front, function (point) {
            return point.name + ' with ' + format(point.x) + ' parameters and ' + fraction(point.y);
          });
      },
      empty: points.length === 0
    };
  }

  function time(group, id) {
    var entries = group.entries;
    var intervals = entries.some(function (entry) { return present(entry.seconds.all.low); });
    var parts = PHASES.concat([['all', 'all of it']]);
    return {
      id: id, section: 'cost', wide: false, title: 'Time by phase',
      hint: 'Seconds a run' + (intervals ? ', mean over the seeds · ' + group.interval + ', of all phases together' : '.'),
      choices: [],
      height: function () { return barHeight(entries.length) + 56; },
      option: function (choice, theme, width) {
        var left = nameWidth(entries.map(function (entry) { return entry.label; }), width);
        var option = base(theme);
        option.legend = legend(theme, PHASES.map(function (phase) { return phase[1]; }), width);
        option.grid = {left: left, right: 24, top: 8, bottom: 44 + option.legend.height};
        option.xAxis = axis(theme, {type: 'value', name: 'seconds', nameGap: 26});
        option.yAxis = axis(theme, {
          type: 'category', inverse: true, data: entries.map(function (entry) { return entry.label; }),
          axisLabel: {color: theme.text, width: left - 14, overflow: 'truncate', interval: 0}, axisTick: {show: false}
        });
        option.tooltip.formatter = function (point) {
          var spent = entries[point.dataIndex].seconds[PHASES[point.seriesIndex][0]];
          return point.name + '\n' + point.seriesName + ': ' + format(spent.value) + ' s' + between(spent);
        };
        option.series = PHASES.map(function (phase, p) {
          return {
            type: 'bar', stack: 'time', name: phase[1], barMaxWidth: 22,
            itemStyle: {color: colour(theme, p), borderColor: theme.card, borderWidth: 0.5},
            data: entries.map(function (entry) { return entry.seconds[phase[0]].value; })
          };
        }).concat(draw.whiskers(theme, entries.map(function (entry) { return entry.seconds.all; })));
        return option;
      },
      table: function () {
        return {
          columns: parts.reduce(function (columns, part) {
            return columns.concat([part[1] + ', s'], intervals ? ['from', 'to'] : []);
          }, ['strategy']),
          rows: entries.map(function (entry) {
            return parts.reduce(function (row, part) {
              var spent = entry.seconds[part[0]];
              return row.concat([spent.value], intervals ? [spent.low, spent.high] : []);
            }, [entry.label]);
          })
        };
      },
      sentence: function () {
        return 'Stacked bars of the seconds a run took. Training: ' + sample(entries, function (entry) {
          return entry.label + ' ' + format(entry.seconds.train.value);
        });
      }
    };
  }

  function growth(group, id) {
    var shown = group.entries.map(function (entry, e) {
      return {name: entry.label, index: e, step: 'end', points: entry.parameters.map(function (p, i) { return [i + 1, p]; })};
    });
    return {
      id: id, section: 'cost', wide: false, title: 'Model growth',
      hint: 'Parameters that must be kept after each task, frozen ones counted.',
      choices: [],
      height: function () { return 340; },
      option: function (choice, theme, width) {
        return lines(theme, width, shown,
          {type: 'value', name: 'tasks learned', nameGap: 28, min: 1, max: Math.max(2, group.tasks.length), minInterval: 1,
            splitLine: {show: false}},
          {type: 'value', name: 'parameters', nameGap: 46, min: 0, axisLabel: {formatter: short}}, null);
      },
      table: function () {
        return {
          columns: ['strategy'].concat(group.tasks.map(function (task, i) {
            return group.entries.some(function (entry) { return entry.tasks; }) ? 'task ' + (i + 1) : task;
          })),
          rows: group.entries.map(function (entry) {
            return [entry.label].concat(group.tasks.map(function (task, i) { return entry.parameters[i]; }));
          })
        };
      },
      sentence: function () {
        return 'Step lines of the parameters after each task. At the end: ' + sample(shown, function (line) {
          return line.name + ' ' + (line.points.length ? format(line.points[line.points.length - 1][1]) : 'unknown');
        });
      },
      empty: !shown.some(function (line) { return line.points.length > 0; })
    };
  }

  return {pareto: pareto, growth: growth, time: time};
})();
