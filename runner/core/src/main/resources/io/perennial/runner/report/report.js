/* Puts the charts on the page: draws them when they come into view, and gives each its table. */
(function () {
  'use strict';

  var SECTIONS = {
    learning: 'Learning curves', metrics: 'Retention and transfer', order: 'Order of the tasks', cost: 'Cost',
    matrices: 'Accuracy matrices', pictures: 'What the strategies show',
    measures: 'Confidence and confusion'
  };
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var shown = [];
  var printing = false;

  function theme() {
    return perennialCharts.themes[dark.matches && !printing ? 'dark' : 'light'];
  }

  function element(name, text, classes) {
    var made = document.createElement(name);
    if (text !== undefined) { made.textContent = text; }
    if (classes) { made.className = classes; }
    return made;
  }

  function fill(place, table) {
    var made = element('table');
    var head = made.createTHead().insertRow();
    table.columns.forEach(function (column, j) {
      var numeric = table.rows.some(function (row) { return typeof row[j] === 'number'; });
      var cell = element('th', column, numeric ? 'number' : undefined);
      cell.scope = 'col';
      head.appendChild(cell);
    });
    var body = made.createTBody();
    table.rows.forEach(function (row) {
      var line = body.insertRow();
      row.forEach(function (value, i) {
        var numeric = typeof value === 'number';
        var cell = element(i === 0 ? 'th' : 'td',
          numeric || value === null || value === undefined ? perennialCharts.format(value) : value);
        if (i === 0) { cell.scope = 'row'; }
        if (numeric) {
          cell.className = 'number';
          cell.dataset.value = String(value);
        }
        line.appendChild(cell);
      });
    });
    place.replaceChildren(made);
  }

  /** One chart's place on the page. */
  function Place(chart) {
    this.chart = chart;
    this.choice = chart.choices[0];
    this.figure = element('figure', undefined, chart.wide ? 'chart wide' : 'chart');
    this.figure.id = chart.id;
    this.caption();
    this.plot();
    this.foot();
  }

  Place.prototype.caption = function () {
    var caption = element('figcaption');
    var title = element('h3', this.chart.title);
    title.id = this.chart.id + '-title';
    this.figure.setAttribute('aria-labelledby', title.id);
    caption.appendChild(title);
    if (this.chart.choices.length > 1) { caption.appendChild(this.select()); }
    if (this.chart.hint) { caption.appendChild(element('p', this.chart.hint, 'hint')); }
    this.figure.appendChild(caption);
  };

  Place.prototype.select = function () {
    var select = element('select');
    var self = this;
    var group = null;
    select.setAttribute('aria-label', 'What to show: ' + this.chart.title);
    this.chart.choices.forEach(function (choice, i) {
      if (choice.group && (!group || group.label !== choice.group)) {
        group = element('optgroup');
        group.label = choice.group;
        select.appendChild(group);
      }
      var option = element('option', choice.label);
      option.value = String(i);
      (group || select).appendChild(option);
    });
    select.addEventListener('change', function () { self.choose(Number(select.value)); });
    this.selected = select;
    return select;
  };

  Place.prototype.choose = function (i) {
    this.choice = this.chart.choices[i];
    if (this.selected) { this.selected.value = String(i); }
    if (this.drawn) { this.draw(); }
    this.tabulate();
  };

  Place.prototype.plot = function () {
    if (this.chart.src) {
      var image = element('img', undefined, 'picture');
      image.src = this.chart.src;
      image.alt = this.chart.sentence();
      this.figure.appendChild(image);
    } else if (this.chart.option) {
      this.canvas = element('div', undefined, 'plot');
      this.canvas.setAttribute('role', 'img');
      this.canvas.tabIndex = 0;
      this.canvas.style.height = this.chart.height(this.choice, 400) + 'px';
      this.canvas.addEventListener('keydown', this.walk.bind(this));
      this.figure.appendChild(this.canvas);
    }
  };

  Place.prototype.foot = function () {
    var self = this;
    var foot = element('div', undefined, 'foot');
    if (this.chart.table) {
      this.details = element('details');
      this.details.open = !this.chart.option && !this.chart.src;
      this.details.appendChild(element('summary', 'Numbers'));
      this.table = element('div', undefined, 'scroll');
      this.table.tabIndex = 0;
      this.table.setAttribute('role', 'region');
      this.table.setAttribute('aria-label', 'Numbers: ' + this.chart.title);
      this.details.appendChild(this.table);
      this.details.addEventListener('toggle', function () { self.tabulate(); });
      foot.appendChild(this.details);
      this.tabulate();
    }
    if (this.chart.option) {
      var save = element('button', 'Save PNG');
      save.type = 'button';
      save.setAttribute('aria-label', 'Save as PNG: ' + this.chart.title);
      save.addEventListener('click', function () { self.save(); });
      foot.appendChild(save);
    }
    this.figure.appendChild(foot);
  };

  /** A table costs most of the page's elements: it is made when somebody opens it. */
  Place.prototype.tabulate = function () {
    if (this.details && this.details.open) { fill(this.table, this.chart.table(this.choice)); }
  };

  Place.prototype.draw = function () {
    var width = this.canvas.clientWidth;
    if (!width) { return; }
    var height = this.chart.height(this.choice, width);
    this.canvas.style.height = height + 'px';
    this.canvas.setAttribute('aria-label', this.chart.sentence(this.choice) +
      ' Arrow keys tell the points; the table below has all numbers.');
    if (this.drawn) {
      this.drawn.resize({width: width, height: height});
    } else {
      this.drawn = echarts.init(this.canvas, null, {
        renderer: 'canvas', width: width, height: height,
        devicePixelRatio: Math.max(2, window.devicePixelRatio)
      });
    }
    this.width = width;
    this.point = null;
    this.drawn.setOption(this.chart.option(this.choice, theme(), width), {notMerge: true});
    this.canvas.dataset.drawn = 'true';
  };

  /** Points by the arrow keys: left and right along a series, up and down between series. */
  Place.prototype.walk = function (event) {
    var moves = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]};
    var move = moves[event.key];
    if (!move || !this.drawn) { return; }
    event.preventDefault();
    var series = this.drawn.getOption().series.map(function (one, i) {
      return {index: i, silent: one.silent, data: one.data || []};
    }).filter(function (one) { return !one.silent && one.data.length > 0; });
    if (!series.length) { return; }
    var at = this.point || {series: 0, data: move[1] < 0 ? series[0].data.length : -1};
    at.series = Math.min(Math.max(at.series + move[0], 0), series.length - 1);
    var one = series[at.series];
    at.data = Math.min(Math.max(at.data + move[1], 0), one.data.length - 1);
    this.point = at;
    this.drawn.dispatchAction({type: 'showTip', seriesIndex: one.index, dataIndex: at.data});
    document.getElementById('spoken').textContent = this.spoken(one.index, at.data);
  };

  Place.prototype.spoken = function (series, data) {
    var option = this.drawn.getOption();
    var item = option.series[series].data[data];
    var value = item && item.value !== undefined ? item.value : item;
    var named = option.yAxis[0].data || [];
    var point = {
      seriesName: option.series[series].name, seriesIndex: series, dataIndex: data, data: item,
      value: value, name: (item && item.name) || named[data] || ''
    };
    return option.tooltip[0].formatter(point);
  };

  Place.prototype.save = function () {
    if (!this.drawn) { this.draw(); }
    var link = element('a');
    link.download = this.chart.id + '.png';
    link.href = this.drawn.getDataURL({type: 'png', pixelRatio: 3, backgroundColor: theme().card});
    link.click();
  };

  Place.prototype.dispose = function () {
    if (this.drawn) { this.drawn.dispose(); }
  };

  var places = new Map();
  var viewer = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) {
      var place = places.get(one.target);
      if (one.isIntersecting && place && !place.drawn) { place.draw(); }
    });
  }, {rootMargin: '300px'});

  function show(chart, parent) {
    var place = new Place(chart);
    parent.appendChild(place.figure);
    shown.push(place);
    if (place.canvas) {
      places.set(place.canvas, place);
      viewer.observe(place.canvas);
    }
  }

  /** A section of a group, made with its heading when its first chart comes. */
  function section(sections, chart) {
    var key = chart.group + chart.section;
    if (!sections[key]) {
      sections[key] = element('div');
      sections[key].appendChild(element('h4', SECTIONS[chart.section]));
      document.querySelector('.charts[data-group="' + chart.group + '"]').appendChild(sections[key]);
    }
    return sections[key];
  }

  function grid(parent) {
    var last = parent.lastElementChild;
    if (!last || last.className !== 'grid') { last = parent.appendChild(element('div', undefined, 'grid')); }
    return last;
  }

  /** What every run has many of: nothing of it is made until somebody opens it. */
  function fold(parent, name, charts) {
    var made = element('details', undefined, 'fold');
    made.id = charts[0].id + '-fold';
    made.appendChild(element('summary', name));
    made.addEventListener('toggle', function () {
      if (made.open && charts.length) { charts.splice(0).forEach(function (chart) { show(chart, grid(made)); }); }
    });
    parent.appendChild(made);
  }

  /** All charts of the data in the page, in the places that the template left for them. */
  function render() {
    viewer.disconnect();
    places.clear();
    shown.forEach(function (place) { place.dispose(); });
    shown = [];
    var sections = {};
    var folded = {};
    perennialCharts(JSON.parse(document.getElementById('data').textContent)).forEach(function (chart) {
      var parent = section(sections, chart);
      if (chart.section !== 'measures') {
        show(chart, grid(parent));
        return;
      }
      var key = chart.group + '/' + chart.fold;
      if (!folded[key]) {
        folded[key] = [chart];
        fold(parent, chart.fold, folded[key]);
      } else {
        folded[key].push(chart);
      }
    });
  }

  function redraw(all) {
    shown.forEach(function (place) {
      var seen = !place.figure.closest('details.fold:not([open])');
      if (place.canvas && seen && (all || place.drawn)) { place.draw(); }
    });
  }

  var resizing;
  window.addEventListener('resize', function () {
    clearTimeout(resizing);
    resizing = setTimeout(function () {
      shown.forEach(function (place) {
        if (place.drawn && place.canvas.clientWidth !== place.width) { place.draw(); }
      });
    }, 120);
  });
  dark.addEventListener('change', function () { redraw(false); });
  window.addEventListener('beforeprint', function () { printing = true; redraw(true); });
  window.addEventListener('afterprint', function () { printing = false; redraw(false); });

  /** What a reader has opened and chosen, by the places' names. */
  function position() {
    var kept = {top: window.scrollY, open: {}, choices: {}, focus: document.activeElement && document.activeElement.id};
    shown.forEach(function (place) {
      kept.open[place.chart.id] = place.details && place.details.open;
      if (place.selected) { kept.choices[place.chart.id] = place.selected.value; }
    });
    document.querySelectorAll('details[id]').forEach(function (one) { kept.open[one.id] = one.open; });
    return kept;
  }

  function restore(kept) {
    shown.forEach(function (place) {
      if (place.details && kept.open[place.chart.id] !== undefined) {
        place.details.open = kept.open[place.chart.id];
      }
      var choice = kept.choices[place.chart.id];
      if (choice !== undefined && Number(choice) < place.chart.choices.length) { place.choose(Number(choice)); }
    });
    document.querySelectorAll('details[id]').forEach(function (one) {
      if (kept.open[one.id] !== undefined) { one.open = kept.open[one.id]; }
    });
    window.scrollTo({top: kept.top, behavior: 'instant'});
  }

  function replace(html) {
    var fresh = new DOMParser().parseFromString(html, 'text/html');
    var kept = position();
    ['main', 'data'].forEach(function (id) {
      document.getElementById(id).replaceWith(document.adoptNode(fresh.getElementById(id)));
    });
    document.querySelector('h1').textContent = fresh.querySelector('h1').textContent;
    document.title = fresh.title;
    render();
    restore(kept);
  }

  /** While a run goes on: how far it is, and the whole page when a task is done. */
  function follow() {
    var version = null;
    var failures = 0;
    var line = document.getElementById('progress');
    function ask() {
      fetch('progress', {cache: 'no-store'}).then(function (answer) { return answer.json(); })
        .then(function (progress) {
          failures = 0;
          line.textContent = progress.text;
          var news = version !== null && progress.version !== version;
          return (news ? page() : Promise.resolve()).then(function () {
            version = progress.version;
            return !progress.ended;
          });
        })
        .catch(function () {
          failures++;
          line.textContent = 'The run has ended, or its page is served no more.';
          return failures < 3;
        })
        .then(function (more) { if (more) { setTimeout(ask, 1000); } });
    }
    function page() {
      return fetch('.', {cache: 'no-store'}).then(function (answer) { return answer.text(); }).then(replace);
    }
    ask();
  }

  render();
  if (document.documentElement.hasAttribute('data-live')) { follow(); }
})();
