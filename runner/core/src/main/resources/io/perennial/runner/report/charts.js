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

  // Okabe and Ito's palette: told apart with every common colour blindness; in the dark the blue,
  // the green and the black are lightened. Lines differ in their dashes and symbols, too.
  var THEMES = {
    light: {
      text: '#1c2126', muted: '#59636e', line: '#d8dde3', card: '#ffffff', missing: '#eceff2',
      palette: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#444c54']
    },
    dark: {
      text: '#e8ecf0', muted: '#a3adb8', line: '#3a444f', card: '#191f25', missing: '#262e36',
      palette: ['#4aa3df', '#ff8a4c', '#2cc295', '#e79cc8', '#f0b429', '#9bd7ff', '#c3ccd5']
    }
  };
  // Cividis: its lightness grows evenly, for readers without red or green as well, and in print.
  var HEAT = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369',
    '#e1cc55', '#fee838'];
  var DASHES = ['solid', 'dashed', 'dotted'];
  var SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle'];
  // Without quotation marks: ECharts puts it into an SVG attribute as it is.
  var UNTRAINED = 'untrained';
  var FONT = 'system-ui, Roboto, Liberation Sans, sans-serif';
  var PHASES = [['load', 'loading'], ['train', 'training'], ['consolidate', 'consolidating'],
    ['evaluate', 'evaluating']];

  function present(value) {
    return typeof value === 'number' && isFinite(value);
  }

  /** Four significant digits, thousands grouped; "–" for nothing. */
  function format(value) {
    if (!present(value)) {
      return '–';
    }
    var size = Math.abs(value);
    if (size >= 10000) {
      return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
    }
    if (value === Math.round(value)) {
      return String(value);
    }
    return size >= 0.001 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
  }

  function fraction(value) {
    return present(value) ? value.toFixed(4) : '–';
  }

  /** Large numbers on axes: 478 k, 4 M. */
  function short(value) {
    var size = Math.abs(value);
    if (size >= 1e9) { return format(value / 1e9) + ' G'; }
    if (size >= 1e6) { return format(value / 1e6) + ' M'; }
    if (size >= 1e4) { return format(value / 1e3) + ' k'; }
    return format(value);
  }

  function cut(text, length) {
    return text.length > length ? text.slice(0, length - 1) + '…' : text;
  }

  /** Names without the words they all begin with: "permutation 7" is "7" among its like. */
  function distinct(names) {
    var named = names.filter(function (name) { return name !== UNTRAINED; });
    if (named.length < 2) { return names; }
    var prefix = named.reduce(function (common, name) {
      var i = 0;
      while (i < common.length && common[i] === name[i]) { i++; }
      return common.slice(0, i);
    });
    var words = prefix.lastIndexOf(' ') + 1;
    return names.map(function (name) { return name === UNTRAINED ? name : name.slice(words); });
  }

  function percent(value) {
    return Math.round(100 * value) + ' %';
  }

  function colour(theme, i) {
    return theme.palette[i % theme.palette.length];
  }

  function dash(theme, i) {
    return DASHES[Math.floor(i / theme.palette.length) % DASHES.length];
  }

  function symbol(i) {
    return SYMBOLS[i % SYMBOLS.length];
  }

  function base(theme) {
    return {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: {color: theme.text, fontFamily: FONT},
      tooltip: {
        trigger: 'item',
        // Drawn on the canvas: as HTML it would need styles that the page's policy refuses.
        renderMode: 'richText',
        confine: true,
        backgroundColor: theme.card,
        borderColor: theme.line,
        textStyle: {color: theme.text, fontSize: 13}
      }
    };
  }

  function axis(theme, more) {
    var made = {
      axisLine: {lineStyle: {color: theme.muted}},
      axisTick: {lineStyle: {color: theme.muted}},
      axisLabel: {color: theme.muted, hideOverlap: true},
      splitLine: {lineStyle: {color: theme.line}},
      nameTextStyle: {color: theme.muted},
      nameLocation: 'middle'
    };
    for (var key in more) {
      if (key === 'axisLabel') {
        for (var inner in more.axisLabel) { made.axisLabel[inner] = more.axisLabel[inner]; }
      } else {
        made[key] = more[key];
      }
    }
    return made;
  }

  /** How wide a text is, about. */
  function textWidth(text) {
    return 6.8 * text.length;
  }

  /** A legend that wraps, or pages when it would take more than three lines; height tells its own. */
  function legend(theme, names, width) {
    var lines = 1;
    var used = 0;
    names.forEach(function (name) {
      var wide = 46 + textWidth(cut(name, 32));
      if (used + wide > width - 30) {
        lines++;
        used = 0;
      }
      used += wide;
    });
    var paged = lines > 3;
    return {
      type: paged ? 'scroll' : 'plain', bottom: 0, itemWidth: 26, data: names,
      textStyle: {color: theme.text}, pageTextStyle: {color: theme.text},
      pageIconColor: theme.text, pageIconInactiveColor: theme.line,
      formatter: function (name) { return cut(name, 32); },
      height: (paged ? 1 : lines) * 24
    };
  }

  /** How far each label has to move so that none covers another; targets are in pixels. */
  function spread(targets, gap) {
    var order = targets.map(function (y, i) { return i; }).filter(function (i) { return present(targets[i]); })
      .sort(function (a, b) { return targets[a] - targets[b]; });
    var placed = targets.slice();
    order.forEach(function (i, k) {
      if (k > 0) { placed[i] = Math.max(placed[i], placed[order[k - 1]] + gap); }
    });
    // What was pushed down as a block goes up again by half of it.
    for (var k = order.length - 1; k >= 0; k--) {
      var below = k < order.length - 1 ? placed[order[k + 1]] - gap : Infinity;
      placed[order[k]] = Math.min(below, (placed[order[k]] + targets[order[k]]) / 2);
    }
    order.forEach(function (i, k) {
      if (k > 0) { placed[i] = Math.max(placed[i], placed[order[k - 1]] + gap); }
    });
    return placed.map(function (y, i) { return y - targets[i]; });
  }

  /**
   * Lines over a numeric axis; series: [{name, points: [[x, y]], index}]. Few lines on a wide chart
   * have their names at their ends, where range [least, most] and height tell the places.
   */
  function lines(theme, width, series, x, y, boundaries, range, height) {
    var named = series.length > 1;
    var direct = named && range && series.length <= 8 && width > 560;
    var option = base(theme);
    if (named && !direct) {
      option.legend = legend(theme, series.map(function (line) { return line.name; }), width);
    }
    var bottom = 46 + (option.legend ? option.legend.height + 4 : 0);
    option.grid = {left: 62, right: direct ? 160 : 22, top: 24, bottom: bottom};
    option.xAxis = axis(theme, x);
    option.yAxis = axis(theme, y);
    option.tooltip.formatter = function (point) {
      return point.seriesName + '\n' + x.name + ' ' + format(point.value[0]) + ': ' + format(point.value[1]);
    };
    var moves = !direct ? [] : spread(series.map(function (line) {
      var last = line.points.filter(function (point) { return present(point[1]); }).pop();
      return last ? (1 - (last[1] - range[0]) / (range[1] - range[0])) * (height - 24 - bottom) : NaN;
    }), 15);
    option.series = series.map(function (line, i) {
      var style = colour(theme, line.index);
      return {
        type: 'line', name: line.name, data: line.points, step: line.step, connectNulls: true,
        symbol: symbol(line.index), showAllSymbol: true,
        // A mark where a task ended, none for what was measured on the way.
        symbolSize: function (point) { return point[0] === Math.round(point[0]) ? 8 : line.every ? 5 : 0; },
        color: style, lineStyle: {color: style, width: 2.2, type: dash(theme, line.index)},
        itemStyle: {color: style},
        emphasis: {focus: 'series'},
        endLabel: {
          show: direct, color: style, fontWeight: 'bold', distance: 10, width: 142, overflow: 'truncate',
          offset: [0, present(moves[i]) ? moves[i] : 0],
          formatter: function (point) { return point.seriesName; }
        },
        markLine: i > 0 || !boundaries ? undefined : {
          silent: true, symbol: 'none', animation: false,
          lineStyle: {color: theme.muted, type: 'dotted', opacity: 0.7},
          label: {show: false},
          data: boundaries.map(function (at) { return {xAxis: at}; })
        }
      };
    });
    return option;
  }

  /** The room for names at the left of bars. */
  function nameWidth(names, width) {
    var longest = names.reduce(function (most, name) { return Math.max(most, textWidth(name)); }, 0);
    return Math.min(longest + 18, width * 0.4);
  }

  /** Horizontal bars, with intervals and values; rows: [{name, value, low, high, index}]. */
  function bars(theme, width, rows, name) {
    var left = nameWidth(rows.map(function (row) { return row.name; }), width);
    var small = rows.every(function (row) { return !present(row.value) || Math.abs(row.value) <= 1; });
    var told = small ? fraction : format;
    var option = base(theme);
    option.grid = {left: left, right: 66, top: 8, bottom: 40};
    option.xAxis = axis(theme, {type: 'value', name: name, nameGap: 26, splitNumber: width < 420 ? 3 : 5, axisLabel: {formatter: short}});
    option.yAxis = axis(theme, {
      type: 'category', inverse: true, data: rows.map(function (row) { return row.name; }),
      axisLabel: {color: theme.text, width: left - 14, overflow: 'truncate', interval: 0},
      axisTick: {show: false}
    });
    option.tooltip.formatter = function (point) {
      var row = rows[point.dataIndex];
      return row.name + ': ' + format(row.value) +
        (present(row.low) ? ' (' + format(row.low) + ' to ' + format(row.high) + ')' : '') +
        (row.reason ? '\n' + row.reason : '');
    };
    option.series = [{
      type: 'bar', barMaxWidth: 22,
      data: rows.map(function (row) {
        return {value: present(row.value) ? row.value : null, itemStyle: {color: colour(theme, row.index)}};
      })
    }, {
      type: 'custom', silent: true, z: 5,
      encode: {x: [0, 1, 2], y: 3},
      data: rows.map(function (row, i) {
        return present(row.low) ? [row.value, row.low, row.high, i] : [row.value, row.value, row.value, i];
      }).filter(function (cell) { return present(cell[0]); }),
      renderItem: function (params, api) {
        var low = api.coord([api.value(1), api.value(3)]);
        var high = api.coord([api.value(2), api.value(3)]);
        var zero = api.coord([0, api.value(3)]);
        var line = {stroke: theme.text, lineWidth: 1.4, fill: null};
        var children = [{
          type: 'text', silent: true,
          style: {
            x: Math.max(low[0], high[0], zero[0]) + 7, y: high[1], text: told(api.value(0)),
            fill: theme.text, font: '12px ' + FONT, verticalAlign: 'middle', align: 'left'
          }
        }];
        if (api.value(1) !== api.value(2)) {
          children.push({type: 'line', shape: {x1: low[0], y1: low[1], x2: high[0], y2: high[1]}, style: line});
          [low, high].forEach(function (end) {
            children.push({type: 'line', shape: {x1: end[0], y1: end[1] - 5, x2: end[0], y2: end[1] + 5}, style: line});
          });
        }
        return {type: 'group', children: children};
      }
    }];
    return option;
  }

  function barHeight(count) {
    return 56 + Math.max(3, count) * (count > 12 ? 22 : 32);
  }

  function heatColour(share) {
    var at = Math.min(Math.max(share, 0), 1) * (HEAT.length - 1);
    var i = Math.min(Math.floor(at), HEAT.length - 2);
    var from = parseInt(HEAT[i].slice(1), 16);
    var to = parseInt(HEAT[i + 1].slice(1), 16);
    var mixed = [16, 8, 0].map(function (shift) {
      var a = (from >> shift) & 255;
      var b = (to >> shift) & 255;
      return Math.round(a + (at - i) * (b - a));
    });
    return 'rgb(' + mixed.join(',') + ')';
  }

  /** A matrix as colours and numbers; values may hold null. */
  function heat(theme, width, rowNames, columnNames, values, names) {
    var all = [].concat.apply([], values).filter(present);
    var least = Math.min.apply(null, all.concat([0]));
    var most = Math.max.apply(null, all.concat([least]));
    if (least >= 0 && most <= 1) {
      most = 1;
    }
    var left = Math.min(110, width * 0.26);
    var cell = (width - left - 14) / Math.max(columnNames.length, 1);
    var percents = least >= 0 && most === 1;
    var data = [];
    values.forEach(function (row, i) {
      row.forEach(function (value, j) {
        if (present(value)) {
          var share = most > least ? (value - least) / (most - least) : 0;
          data.push({
            value: [j, i, value],
            itemStyle: {color: heatColour(share)},
            label: {color: share > 0.52 ? '#000000' : '#ffffff'}
          });
        }
      });
    });
    var option = base(theme);
    var shownColumns = distinct(columnNames);
    var longest = shownColumns.reduce(function (most, name) { return Math.max(most, textWidth(name)); }, 0);
    var rotated = longest > cell - 4;
    option.grid = {left: left, right: 14, top: 10, bottom: rotated ? 74 : 46, backgroundColor: theme.missing, show: true, borderWidth: 0};
    option.xAxis = axis(theme, {
      type: 'category', data: shownColumns, name: names[1], nameGap: rotated ? 54 : 26, splitLine: {show: false},
      axisTick: {show: false},
      axisLabel: {
        color: theme.text, rotate: rotated ? 40 : 0, width: rotated ? 72 : cell, overflow: 'truncate'
      }
    });
    option.yAxis = axis(theme, {
      type: 'category', data: distinct(rowNames), inverse: true, splitLine: {show: false}, axisTick: {show: false},
      axisLabel: {color: theme.text, width: left - 12, overflow: 'truncate'}
    });
    option.tooltip.formatter = function (point) {
      return names[0] + ' ' + rowNames[point.value[1]] + '\n' + (names[1].indexOf('task') > 0 ? 'on' : names[1]) + ' ' +
        columnNames[point.value[0]] + ': ' + format(point.value[2]);
    };
    option.series = [{
      type: 'heatmap', data: data,
      itemStyle: {borderColor: theme.card, borderWidth: cell > 12 ? 1 : 0},
      label: {
        show: cell >= 26, fontSize: cell >= 44 ? 13 : 10,
        formatter: function (point) {
          var value = point.value[2];
          return percents ? (cell >= 44 ? (100 * value).toFixed(1) : String(Math.round(100 * value))) : short(value);
        }
      },
      emphasis: {itemStyle: {borderColor: theme.text, borderWidth: 2}}
    }];
    // ECharts refuses heat maps without one; the colours are the cells' own.
    option.visualMap = {show: false, min: least, max: most > least ? most : least + 1, seriesIndex: []};
    return option;
  }

  function heatHeight(rows, width) {
    return 80 + Math.min(Math.max(rows * Math.min(46, Math.max(16, (width - 110) / Math.max(rows, 1))), 120), 720);
  }

  function sample(entries, text) {
    var shown = entries.slice(0, 8).map(text).join('; ');
    return shown + (entries.length > 8 ? '; and ' + (entries.length - 8) + ' more in the table' : '') + '.';
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
        choices.push({label: 'task ' + (j + 1) + ': ' + task, group: 'All strategies', task: j});
      });
    }
    entries.forEach(function (entry, e) {
      choices.push({label: entry.label, group: 'All tasks of', entry: e});
    });
    function series(choice) {
      if (choice.entry !== undefined) {
        var curves = entries[choice.entry].curves;
        var list = (curves.accuracy.length ? group.tasks : []).map(function (task, j) {
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
        return {name: entry.label, index: e, points: entry.curves.positions.map(function (x, i) {
          return [x, choice.task < 0 ? entry.curves.seen[i] : entry.curves.accuracy[i][choice.task]];
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
    var rows = (untrained ? [UNTRAINED] : []).concat(group.tasks);
    var values = (untrained ? [entry.untrained] : []).concat(entry.matrix);
    return {
      id: id, section: 'matrices', wide: false, title: entry.label,
      hint: 'Accuracy in % on the task of the column after learning the task of the row' +
        (entry.seeds > 1 ? ', mean of ' + entry.seeds + ' seeds.' : '.'),
      choices: [],
      height: function (choice, width) { return heatHeight(rows.length, width); },
      option: function (choice, theme, width) {
        return heat(theme, width, rows, group.tasks, values, ['after', 'on the test examples of task']);
      },
      table: function () {
        return {
          columns: ['after learning'].concat(group.tasks),
          rows: values.map(function (row, i) { return [rows[i]].concat(row); })
        };
      },
      sentence: function () {
        return 'Heat map of the accuracy matrix of ' + entry.label + '. After the last task: ' +
          sample(group.tasks, function (task) {
            return task + ' ' + fraction(entry.matrix[entry.matrix.length - 1][group.tasks.indexOf(task)]);
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
    return {
      id: id, section: 'cost', wide: false, title: 'Time by phase',
      hint: 'Seconds a run' + (entries.some(function (e) { return e.seeds > 1; }) ? ', mean over the seeds.' : '.'),
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
          return point.name + '\n' + point.seriesName + ': ' + format(point.value) + ' s';
        };
        option.series = PHASES.map(function (phase, p) {
          return {
            type: 'bar', stack: 'time', name: phase[1], barMaxWidth: 22,
            itemStyle: {color: colour(theme, p), borderColor: theme.card, borderWidth: 0.5},
            data: entries.map(function (entry) { return entry.seconds[phase[0]]; })
          };
        });
        return option;
      },
      table: function () {
        return {
          columns: ['strategy'].concat(PHASES.map(function (phase) { return phase[1] + ', s'; })),
          rows: entries.map(function (entry) {
            return [entry.label].concat(PHASES.map(function (phase) { return entry.seconds[phase[0]]; }));
          })
        };
      },
      sentence: function () {
        return 'Stacked bars of the seconds a run took. Training: ' + sample(entries, function (entry) {
          return entry.label + ' ' + format(entry.seconds.train);
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
          columns: ['strategy'].concat(group.tasks),
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
    chart.table = function () {
      return {
        columns: made.columns,
        rows: made.rows.map(function (row) {
          return row.map(function (cell, j) { return j > 0 && number(cell) !== null ? number(cell) : cell; });
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
      list.push(pareto(group, id + '-pareto'), growth(group, id + '-growth'), time(group, id + '-time'));
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
