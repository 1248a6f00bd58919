/*
 * The kinds of charts, knowing nothing of what they show: themes, axes, legends, lines, bars and heat
 * maps as ECharts options. ECMAScript 5, as charts.js.
 */
var perennialDraw = (function () {
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

  /** The interval of a value in words; nothing if there is none. */
  function between(value) {
    return present(value.low) ? ' (' + format(value.low) + ' to ' + format(value.high) + ')' : '';
  }

  function sample(entries, text) {
    var shown = entries.slice(0, 8).map(text).join('; ');
    return shown + (entries.length > 8 ? '; and ' + (entries.length - 8) + ' more in the table' : '') + '.';
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

  /** Names at the left and a scale below: what horizontal bars and their like have in common. */
  function ranked(theme, width, names, name) {
    var left = nameWidth(names, width);
    var option = base(theme);
    option.grid = {left: left, right: 66, top: 8, bottom: 40};
    option.xAxis = axis(theme, {type: 'value', name: name, nameGap: 26, splitNumber: width < 420 ? 3 : 5, axisLabel: {formatter: short}});
    option.yAxis = axis(theme, {
      type: 'category', inverse: true, data: names,
      axisLabel: {color: theme.text, width: left - 14, overflow: 'truncate', interval: 0},
      axisTick: {show: false}
    });
    return option;
  }

  /** A line between two points of a row with a stroke at each end. */
  function whisker(theme, low, high) {
    var style = {stroke: theme.text, lineWidth: 1.4, fill: null};
    return [{type: 'line', shape: {x1: low[0], y1: low[1], x2: high[0], y2: high[1]}, style: style}]
      .concat([low, high].map(function (end) {
        return {type: 'line', shape: {x1: end[0], y1: end[1] - 5, x2: end[0], y2: end[1] + 5}, style: style};
      }));
  }

  /** The intervals of rows [{value, low, high}], as a series; rows without one have none. */
  function whiskers(theme, rows) {
    return {
      type: 'custom', silent: true, z: 5, encode: {x: [0, 1], y: 2},
      data: rows.map(function (row, i) { return [row.low, row.high, i]; })
        .filter(function (cell) { return present(cell[0]); }),
      renderItem: function (params, api) {
        var row = api.value(2);
        return {type: 'group', children: whisker(theme, api.coord([api.value(0), row]), api.coord([api.value(1), row]))};
      }
    };
  }

  /** Lines from the worst to the best of rows [{worst, mean, best}], as a series. */
  function spans(theme, rows) {
    return {
      type: 'custom', silent: true, z: 1, encode: {x: [0, 1, 2], y: 3},
      data: rows.map(function (row, i) { return [row.worst, row.mean, row.best, i]; }),
      renderItem: function (params, api) {
        var place = [0, 1, 2].map(function (column) { return api.coord([api.value(column), api.value(3)]); });
        function line(from, to, reach, wide) {
          return {
            type: 'line', shape: {x1: from[0], y1: from[1] - reach, x2: to[0], y2: to[1] + reach},
            style: {stroke: theme.muted, lineWidth: wide, fill: null}
          };
        }
        return {type: 'group', children: [line(place[0], place[2], 0, 3), line(place[1], place[1], 11, 2)]};
      }
    };
  }

  /** Horizontal bars, with intervals and values; rows: [{name, value, low, high, index}]. */
  function bars(theme, width, rows, name) {
    var small = rows.every(function (row) { return !present(row.value) || Math.abs(row.value) <= 1; });
    var told = small ? fraction : format;
    var option = ranked(theme, width, rows.map(function (row) { return row.name; }), name);
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
        var children = [{
          type: 'text', silent: true,
          style: {
            x: Math.max(low[0], high[0], zero[0]) + 7, y: high[1], text: told(api.value(0)),
            fill: theme.text, font: '12px ' + FONT, verticalAlign: 'middle', align: 'left'
          }
        }];
        return {
          type: 'group',
          children: api.value(1) === api.value(2) ? children : children.concat(whisker(theme, low, high))
        };
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

  return {
    THEMES: THEMES,
    UNTRAINED: UNTRAINED,
    present: present,
    format: format,
    fraction: fraction,
    short: short,
    cut: cut,
    percent: percent,
    between: between,
    sample: sample,
    distinct: distinct,
    colour: colour,
    symbol: symbol,
    base: base,
    axis: axis,
    legend: legend,
    spread: spread,
    lines: lines,
    nameWidth: nameWidth,
    ranked: ranked,
    whiskers: whiskers,
    spans: spans,
    bars: bars,
    barHeight: barHeight,
    heat: heat,
    heatHeight: heatHeight
  };
})();
