/*
 * What each chart shows: data in, ECharts options, tables and sentences out. No page is needed, and
 * nothing newer than ECMAScript 5: the browser runs this file, and so does Rhino for the figures.
 *
 * perennialCharts(data) is a list of charts in the order of the page, each with
 *   id, group, section, title, hint, wide
 *   choices            [{label, group}], what a reader can choose to see; may be empty
 *   height(choice, width)
 *   option(choice, theme, width)   for ECharts
 *   table(choice)      {columns, rows}: the same numbers, as text and numbers
 *   sentence(choice)   for screen readers
 * or, for an image, src instead of option.
 */
var perennialCharts = (function () {
  'use strict';

  var draw = perennialDraw;
  var costs = perennialCosts;
  var UNTRAINED = draw.UNTRAINED;
  var present = draw.present;
  var format = draw.format;
  var fraction = draw.fraction;
  var percent = draw.percent;
  var between = draw.between;
  var sample = draw.sample;
  var colour = draw.colour;
  var symbol = draw.symbol;
  var lines = draw.lines;
  var bars = draw.bars;
  var barHeight = draw.barHeight;
  var heat = draw.heat;
  var heatHeight = draw.heatHeight;

  /** The tasks in the order in which an entry learned them. */
  function tasksOf(group, entry) {
    return entry.tasks || group.tasks;
  }

  function reordered(group) {
    return group.entries.some(function (entry) { return entry.tasks; });
  }

  // The charts of a group.

  function learning(group, id) {
    var entries = group.entries;
    var several = entries.length > 1;
    var choices = [];
    if (several) {
      choices.push({label: 'average over the tasks seen so far', group: 'All strategies', task: -1});
      group.tasks.slice(0, 200).forEach(function (task, j) {
        if (entries.some(function (entry) { return !entry.curves.accuracy.length; })) { return; }
        choices.push({
          label: reordered(group) ? task : 'task ' + (j + 1) + ': ' + task, group: 'All strategies', task: j
        });
      });
    }
    entries.forEach(function (entry, e) {
      choices.push({label: entry.label, group: 'All tasks of', entry: e});
    });
    function series(choice) {
      if (choice.entry !== undefined) {
        var curves = entries[choice.entry].curves;
        var list = (curves.accuracy.length ? tasksOf(group, entries[choice.entry]) : []).map(function (task, j) {
          return {name: task, index: j, points: curves.positions.map(function (x, i) {
            return [x, curves.accuracy[i][j]];
          })};
        });
        if (group.tasks.length > 1) {
          list.push({name: 'average so far', index: 6 + 7, points: curves.positions.map(function (x, i) {
            return [x, curves.seen[i]];
          })});
        }
        return list;
      }
      return entries.map(function (entry, e) {
        var column = entry.tasks ? entry.tasks.indexOf(group.tasks[choice.task]) : choice.task;
        return {name: entry.label, index: e, points: entry.curves.positions.map(function (x, i) {
          return [x, choice.task < 0 ? entry.curves.seen[i] : entry.curves.accuracy[i][column]];
        })};
      });
    }
    return {
      id: id + '-learning', section: 'learning', wide: true, title: 'Accuracy over the stream',
      hint: 'Test accuracy while the tasks are learned one after the other; dotted lines are the ends of tasks.',
      choices: choices,
      height: function (choice, width) { return width < 560 ? 340 : 400; },
      option: function (choice, theme, width) {
        return lines(theme, width, series(choice),
          {type: 'value', name: 'tasks learned', nameGap: 28, min: 0, minInterval: 1,
            max: group.tasks.length, splitLine: {show: false}},
          {type: 'value', name: 'accuracy', nameGap: 44, min: 0, max: 1, axisLabel: {formatter: percent}},
          group.tasks.map(function (task, j) { return j + 1; }), [0, 1], this.height(choice, width));
      },
      table: function (choice) {
        var shown = series(choice);
        var rows = {};
        var order = [];
        shown.forEach(function (line, s) {
          line.points.forEach(function (point) {
            if (!rows[point[0]]) {
              rows[point[0]] = [point[0]].concat(shown.map(function () { return null; }));
              order.push(point[0]);
            }
            rows[point[0]][s + 1] = point[1];
          });
        });
        order.sort(function (a, b) { return a - b; });
        return {
          columns: ['tasks learned'].concat(shown.map(function (line) { return line.name; })),
          rows: order.map(function (x) { return rows[x]; })
        };
      },
      sentence: function (choice) {
        return 'Line chart of accuracy over the stream. At the end: ' + sample(series(choice), function (line) {
          var last = line.points.filter(function (point) { return present(point[1]); }).pop();
          return line.name + ' ' + (last ? fraction(last[1]) : 'not measured');
        });
      }
    };
  }

  function matrix(group, entry, id) {
    var untrained = entry.untrained.some(present);
    var tasks = tasksOf(group, entry);
    var rows = (untrained ? [UNTRAINED] : []).concat(tasks);
    var values = (untrained ? [entry.untrained] : []).concat(entry.matrix);
    return {
      id: id, section: 'matrices', wide: false, title: entry.label,
      hint: 'Accuracy in % on the task of the column after learning the task of the row' +
        (entry.seeds > 1 ? ', mean of ' + entry.seeds + ' seeds.' : '.'),
      choices: [],
      height: function (choice, width) { return heatHeight(rows.length, width); },
      option: function (choice, theme, width) {
        return heat(theme, width, rows, tasks, values, ['after', 'on the test examples of task']);
      },
      table: function () {
        return {
          columns: ['after learning'].concat(tasks),
          rows: values.map(function (row, i) { return [rows[i]].concat(row); })
        };
      },
      sentence: function () {
        return 'Heat map of the accuracy matrix of ' + entry.label + '. After the last task: ' +
          sample(tasks.map(function (task, j) { return j; }), function (j) {
            return tasks[j] + ' ' + fraction(entry.matrix[entry.matrix.length - 1][j]);
          });
      }
    };
  }

  function metric(group, described, id) {
    var rows = group.entries.map(function (entry, e) {
      var value = entry.metrics[described.name] || {reason: 'not measured'};
      return {name: entry.label, value: value.value, low: value.low, high: value.high, reason: value.reason, index: e};
    });
    var intervals = rows.some(function (row) { return present(row.low); });
    return {
      id: id, section: 'metrics', wide: false, title: described.title,
      hint: described.formula + (intervals ? ' · ' + group.interval : ''),
      choices: [],
      height: function () { return barHeight(rows.length); },
      option: function (choice, theme, width) { return bars(theme, width, rows, described.title); },
      table: function () {
        return {
          columns: ['strategy', described.title].concat(intervals ? ['from', 'to'] : []),
          rows: rows.map(function (row) {
            return [row.name, row.value].concat(intervals ? [row.low, row.high] : []);
          })
        };
      },
      sentence: function () {
        return 'Bar chart of ' + described.title + ': ' + sample(rows, function (row) {
          return row.name + ' ' + fraction(row.value);
        });
      },
      empty: !rows.some(function (row) { return present(row.value); })
    };
  }

  /** How much the order of the same tasks matters: a line of dots for each configuration. */
  function sensitivity(group, id) {
    var families = [];
    group.entries.forEach(function (entry, e) {
      var accuracy = entry.metrics.averageAccuracy;
      if (!accuracy || !present(accuracy.value)) { return; }
      var family = families.filter(function (one) { return one.name === entry.family; })[0];
      if (!family) { families.push(family = {name: entry.family, orders: []}); }
      family.orders.push({
        label: entry.label, tasks: tasksOf(group, entry).join(' → '), index: e,
        value: accuracy.value, low: accuracy.low, high: accuracy.high
      });
    });
    families = families.filter(function (family) {
      return family.orders.some(function (order) { return order.tasks !== family.orders[0].tasks; });
    });
    families.forEach(function (family) {
      var values = family.orders.map(function (order) { return order.value; });
      family.worst = Math.min.apply(null, values);
      family.best = Math.max.apply(null, values);
      family.mean = values.reduce(function (sum, value) { return sum + value; }, 0) / values.length;
    });
    return {
      id: id, section: 'order', wide: true, title: 'Order sensitivity',
      hint: 'Average accuracy after each order of the same tasks, a dot each; the line goes from the worst to the best, the stroke is their mean.',
      choices: [],
      height: function () { return barHeight(families.length); },
      option: function (choice, theme, width) {
        var names = families.map(function (family) { return family.name; });
        var option = draw.ranked(theme, width, names, 'average accuracy');
        var dots = [];
        families.forEach(function (family, f) {
          family.orders.forEach(function (order) {
            dots.push({
              name: family.name, value: [order.value, f], symbol: symbol(f), itemStyle: {color: colour(theme, f)},
              text: order.label + ': ' + order.tasks + '\naverage accuracy ' + format(order.value) + between(order)
            });
          });
        });
        option.xAxis.scale = true;
        option.tooltip.formatter = function (point) { return point.data.text; };
        option.series = [draw.spans(theme, families), {type: 'scatter', name: 'orders', symbolSize: 11, data: dots}];
        return option;
      },
      table: function () {
        var rows = [];
        families.forEach(function (family) {
          family.orders.forEach(function (order) {
            rows.push([family.name, order.label, order.tasks, order.value, order.low, order.high]);
          });
          ['worst', 'mean', 'best'].forEach(function (which) {
            rows.push([family.name, which, '', family[which], null, null]);
          });
        });
        return {columns: ['strategy', 'run', 'order', 'average accuracy', 'from', 'to'], rows: rows};
      },
      sentence: function () {
        return 'Dots of the average accuracy after each order of the tasks: ' + sample(families, function (family) {
          return family.name + ', ' + family.orders.length + ' orders, from ' + fraction(family.worst) + ' to ' +
            fraction(family.best) + ', a spread of ' + fraction(family.best - family.worst);
        });
      },
      empty: families.length === 0
    };
  }

  function charts(data) {
    var all = [];
    data.groups.forEach(function (group, g) {
      var id = 'g' + g;
      var list = [learning(group, id)];
      group.metrics.forEach(function (described, m) { list.push(metric(group, described, id + '-metric-' + m)); });
      list.push(sensitivity(group, id + '-order'), costs.pareto(group, id + '-pareto'), costs.growth(group, id + '-growth'), costs.time(group, id + '-time'));
      group.entries.forEach(function (entry, e) {
        if (entry.matrix.length) { list.push(matrix(group, entry, id + '-matrix-' + e)); }
      });
      var pictures = [];
      group.entries.forEach(function (entry, e) {
        entry.pictures.forEach(function (made, p) { pictures.push(perennialPicture(entry, made, id + '-picture-' + e + '-' + p)); });
      });
      ['pictures', 'measures'].forEach(function (section) {
        list = list.concat(pictures.filter(function (chart) { return chart.section === section; }));
      });
      list.forEach(function (chart) {
        chart.group = g;
        if (!chart.empty) { all.push(chart); }
      });
    });
    return all;
  }

  charts.themes = draw.THEMES;
  charts.format = format;
  return charts;
})();
