/*
 * The charts of what strategies contribute: tables, matrices and images of which nothing is known but
 * what is in them. ECMAScript 5, as charts.js.
 */
var perennialPicture = (function () {
  'use strict';

  var draw = perennialDraw;
  var present = draw.present;
  var lines = draw.lines;
  var bars = draw.bars;
  var barHeight = draw.barHeight;
  var heat = draw.heat;
  var heatHeight = draw.heatHeight;

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

  return picture;
})();
