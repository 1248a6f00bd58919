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
  var THEMES = draw.THEMES;
  var UNTRAINED = draw.UNTRAINED;
  var present = draw.present;
  var format = draw.format;
  var fraction = draw.fraction;
  var short = draw.short;
  var percent = draw.percent;
  var colour = draw.colour;
  var symbol = draw.symbol;
  var base = draw.base;
  var axis = draw.axis;
  var legend = draw.legend;
  var spread = draw.spread;
  var lines = draw.lines;
  var nameWidth = draw.nameWidth;
  var bars = draw.bars;
  var barHeight = draw.barHeight;
  var heat = draw.heat;
  var heatHeight = draw.heatHeight;
  var PHASES = [['load', 'loading'], ['train', 'training'], ['consolidate', 'consolidating'],
    ['evaluate', 'evaluating']];

  /** The interval of a value in words; nothing if there is none. */
  function between(value) {
    return present(value.low) ? ' (' + format(value.low) + ' to ' + format(value.high) + ')' : '';
  }

  function sample(entries, text) {
    var shown = entries.slice(0, 8).map(text).join('; ');
    return shown + (entries.length > 8 ? '; and ' + (entries.length - 8) + ' more in the table' : '') + '.';
  }

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
          rows.push([family.name, 'worst', '', family.worst], [family.name, 'mean', '', family.mean],
            [family.name, 'best', '', family.best]);
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
            return reordered(group) ? 'task ' + (i + 1) : task;
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

  /** The columns of a table of text that hold numbers and nothing else. */
  function numericColumns(picture) {
    return picture.columns.map(function (name, j) { return j; }).filter(function (j) {
      return j > 0 && picture.rows.every(function (row) { return row[j] === '' || isFinite(Number(row[j])); }) &&
        picture.rows.some(function (row) { return row[j] !== ''; });
    });
  }

  function number(cell) {
    return cell === '' || !isFinite(Number(cell)) ? null : Number(cell);
  }

  function picture(entry, made, id) {
    var chart = {
      id: id, section: made.source === 'measures' ? 'measures' : 'pictures', wide: false, title: made.title,
      fold: entry.label, hint: entry.label + (made.source === 'measures' || made.source === entry.label ? '' : ' · ' + made.source), choices: [],
      sentence: function () { return made.title; }
    };
    if (made.src) {
      chart.src = made.src;
      return chart;
    }
    if (made.values) {
      chart.height = function (choice, width) { return heatHeight(made.rowNames.length, width); };
      chart.option = function (choice, theme, width) {
        return heat(theme, width, made.rowNames, made.columnNames, made.values, ['row', 'column']);
      };
      chart.table = function () {
        return {
          columns: [''].concat(made.columnNames),
          rows: made.values.map(function (row, i) { return [made.rowNames[i]].concat(row); })
        };
      };
      return chart;
    }
    if (made.total > made.rows.length) {
      chart.hint += ' · the first ' + made.rows.length + ' of ' + made.total + ' rows; the file has all';
    }
    // The first column names the rows, unless all of it are numbers.
    var counted = made.rows.every(function (row) { return number(row[0]) !== null; });
    chart.table = function () {
      return {
        columns: made.columns,
        rows: made.rows.map(function (row) {
          return row.map(function (cell, j) { return (j > 0 || counted) && number(cell) !== null ? number(cell) : cell; });
        })
      };
    };
    var numeric = numericColumns(made);
    var names = made.rows.map(function (row) { return row[0]; });
    var shares = numeric.filter(function (j) {
      return made.rows.every(function (row) { return row[j] === '' || (Number(row[j]) >= 0 && Number(row[j]) <= 1); });
    });
    var first = made.rows.map(function (row) { return number(row[0]); });
    var ascending = first.length > 2 && first.every(function (value, i) {
      return present(value) && (i === 0 || value > first[i - 1]);
    });
    if (ascending && shares.length > 1) {
      var drawn = shares.map(function (j, k) {
        return {name: made.columns[j], index: k, every: true, points: made.rows.map(function (row, i) {
          return [first[i], number(row[j])];
        })};
      });
      chart.height = function () { return 320; };
      chart.option = function (choice, theme, width) {
        return lines(theme, width, drawn,
          {type: 'value', name: made.columns[0], nameGap: 28, scale: true, splitLine: {show: false}},
          {type: 'value', name: '', min: 0, max: 1}, null);
      };
    } else if (shares.length > 2 && names.length <= 60) {
      chart.height = function (choice, width) { return heatHeight(names.length, width); };
      chart.option = function (choice, theme, width) {
        return heat(theme, width, names, shares.map(function (j) { return made.columns[j]; }),
          made.rows.map(function (row) { return shares.map(function (j) { return number(row[j]); }); }),
          [made.columns[0], '']);
      };
    } else if (numeric.length > 0 && names.length > 1 && names.length <= 60) {
      chart.choices = numeric.map(function (j) { return {label: made.columns[j], group: '', column: j}; });
      chart.height = function () { return barHeight(names.length); };
      chart.option = function (choice, theme, width) {
        return bars(theme, width, names.map(function (name, i) {
          return {name: name, value: number(made.rows[i][choice.column]), index: 0};
        }), made.columns[choice.column]);
      };
    }
    return chart;
  }

  function charts(data) {
    var all = [];
    data.groups.forEach(function (group, g) {
      var id = 'g' + g;
      var list = [learning(group, id)];
      group.metrics.forEach(function (described, m) { list.push(metric(group, described, id + '-metric-' + m)); });
      list.push(sensitivity(group, id + '-order'), pareto(group, id + '-pareto'), growth(group, id + '-growth'), time(group, id + '-time'));
      group.entries.forEach(function (entry, e) {
        if (entry.matrix.length) { list.push(matrix(group, entry, id + '-matrix-' + e)); }
      });
      var pictures = [];
      group.entries.forEach(function (entry, e) {
        entry.pictures.forEach(function (made, p) { pictures.push(picture(entry, made, id + '-picture-' + e + '-' + p)); });
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

  charts.themes = THEMES;
  charts.format = format;
  return charts;
})();
