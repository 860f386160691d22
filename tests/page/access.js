// Looks through the pages in the frames of this one for what keeps somebody from reading or using them, and writes what it
// finds, a list a frame, into the element `found`. The names of the rules are those of `access.rs`.

function audit(view) {
  const page = view.document, root = page.documentElement;
  const found = new Set();
  const all = (selector, from = page) => [...from.querySelectorAll(selector)];
  const words = text => text.trim().replace(/\s+/g, ' ');
  const named = element => {
    const id = element.id ? '#' + element.id : '';
    const kind = element.classList.length ? '.' + [...element.classList].join('.') : '';
    return `${element.localName}${id || kind} "${words(element.textContent).slice(0, 30)}"`;
  };
  const wrong = (rule, what) => found.add(`${rule}: ${what instanceof view.Element ? named(what) : what}`);
  const shown = element => element.checkVisibility({ visibilityProperty: true });

  // What assistive technology calls an element.
  const name = element => {
    const labels = (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
    const told = labels.map(id => page.getElementById(id)?.textContent || '').join(' ');
    const title = element.localName === 'svg' ? element.querySelector(':scope > title')?.textContent : '';
    return words(told || element.getAttribute('aria-label') || title || '');
  };

  function document_() {
    if (!root.lang) wrong('lang', 'html');
    if (!words(page.title)) wrong('title', 'html');
    if (all('main').length !== 1) wrong('main', `${all('main').length} of them`);
    for (const meta of all('meta[name=viewport]')) {
      if (/user-scalable\s*=\s*(no|0)|maximum-scale/.test(meta.content)) wrong('zoom', meta.content);
    }
  }

  function ids() {
    const met = new Set();
    for (const element of all('[id]')) {
      if (met.has(element.id)) wrong('id', element.id);
      met.add(element.id);
    }
    for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'headers', 'for']) {
      for (const element of all(`[${attribute}]`)) {
        for (const id of element.getAttribute(attribute).split(/\s+/)) {
          if (!met.has(id)) wrong('reference', `${attribute} ${id}`);
        }
      }
    }
    for (const link of all('a[href^="#"]')) {
      if (!met.has(link.getAttribute('href').slice(1))) wrong('reference', link.getAttribute('href'));
    }
  }

  function headings() {
    const levels = all('h1, h2, h3, h4, h5, h6').filter(shown);
    if (levels.filter(heading => heading.localName === 'h1').length !== 1) wrong('h1', 'not one');
    let above = 0;
    for (const heading of levels) {
      const level = Number(heading.localName[1]);
      if (level > above + 1) wrong('heading', heading);
      if (!words(heading.textContent)) wrong('heading', 'an empty one');
      above = level;
    }
  }

  function charts() {
    for (const svg of all('svg').filter(svg => !svg.parentElement.closest('svg'))) {
      const figure = svg.closest('figure');
      const hasNumbers = figure && [figure, figure.nextElementSibling].some(place => place?.querySelector('table'));
      if (!hasNumbers) wrong('chart', 'has no table beside it');
      if (svg.closest('[aria-hidden=true]')) continue;
      if (svg.getAttribute('role') !== 'img') wrong('chart', 'has no role');
      if (!name(svg)) wrong('chart', 'has no name');
    }
    for (const image of all('img')) if (!image.hasAttribute('alt')) wrong('image', image);
  }

  function tables() {
    for (const table of all('table')) {
      if (!words(table.caption?.textContent || '')) wrong('caption', table);
      for (const head of all('th', table)) if (!/^(col|row|colgroup|rowgroup)$/.test(head.scope)) wrong('scope', head);
      if (!table.querySelector('thead th')) wrong('scope', `${named(table)} has no header`);
      for (const row of all('tbody tr, tfoot tr', table)) if (!row.querySelector('th')) wrong('scope', row);
      const wide = row => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
      if (new Set([...table.rows].map(wide)).size > 1) wrong('columns', table);
    }
  }

  // Colours, as numbers from 0 to 1 with an opacity.
  function colour(text) {
    const parts = /^rgba?\(([^)]*)\)$/.exec(text)?.[1].split(/[\s,/]+/).map(Number);
    if (!parts) { wrong('contrast', `${text} is not understood`); return [0, 0, 0, 0]; }
    return [parts[0] / 255, parts[1] / 255, parts[2] / 255, parts[3] ?? 1];
  }
  const over = (above, below) => {
    const rest = below[3] * (1 - above[3]), opacity = above[3] + rest;
    return [0, 1, 2].map(i => opacity ? (above[i] * above[3] + below[i] * rest) / opacity : 0).concat(opacity);
  };
  function light(parts) {
    const linear = parts.slice(0, 3).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  function contrast(one, other) {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  }
  const isDark = view.matchMedia('(prefers-color-scheme: dark)').matches;
  const canvas = isDark ? [0.07, 0.07, 0.07, 1] : [1, 1, 1, 1];
  function background(element) {
    let seen = [0, 0, 0, 0];
    for (let at = element; at; at = at.parentElement) {
      const style = view.getComputedStyle(at);
      if (style.backgroundImage !== 'none') wrong('contrast', `${named(at)} has a picture behind it`);
      seen = over(seen, colour(style.backgroundColor));
    }
    return over(seen, canvas);
  }
  const opacity = element => {
    let product = 1;
    for (let at = element; at; at = at.parentElement) product *= Number(view.getComputedStyle(at).opacity);
    return product;
  };

  function contrasts() {
    const texts = page.createTreeWalker(page.body, 4);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!words(text.data) || !shown(element) || element.closest('script, style, title, desc')) continue;
      const style = view.getComputedStyle(element);
      const isDrawn = Boolean(element.closest('svg'));
      const behind = background(element);
      const ink = colour(isDrawn ? style.fill : style.color);
      ink[3] *= opacity(element);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const reached = contrast(over(ink, behind), behind);
      if (reached < (isLarge ? 3 : 4.5)) wrong('contrast', `${named(element)} ${reached.toFixed(2)}`);
    }
    for (const bar of all('svg rect').filter(shown)) {
      const fill = view.getComputedStyle(bar).fill;
      if (fill === 'none') continue;
      const behind = background(bar);
      const reached = contrast(over(colour(fill), behind), behind);
      if (reached < 3) wrong('bar', `${fill} ${reached.toFixed(2)}`);
    }
  }

  function keyboard() {
    const rendered = all('a[href], button, input, select, textarea, summary, [tabindex], [onclick], [role=button]');
    for (const element of rendered.filter(shown)) {
      if (element.tabIndex > 0) wrong('tabindex', element);
      // Where a link jumps to may be focused by script alone; everything else must be reachable.
      const isTarget = element.id && page.querySelector(`a[href="#${CSS.escape(element.id)}"]`);
      if (element.tabIndex < 0) {
        if (!isTarget) wrong('keyboard', element);
        continue;
      }
      element.focus();
      if (page.activeElement !== element) { wrong('keyboard', element); continue; }
      const style = view.getComputedStyle(element);
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      const around = background(element.parentElement);
      if (!ring || contrast(over(colour(style.outlineColor), around), around) < 3) wrong('focus', element);
      const box = element.getBoundingClientRect();
      if (box.bottom <= 0 || box.right <= 0 || !box.width || !box.height) wrong('focus', `${named(element)} is out of sight`);
      element.blur();
    }
  }

  function sideways() {
    const scrolls = element => /auto|scroll/.test(view.getComputedStyle(element).overflowX);
    if (root.scrollWidth > root.clientWidth) wrong('sideways', `${root.scrollWidth} of ${root.clientWidth}`);
    for (const element of all('body *').filter(shown)) {
      if (element.closest('svg') && element.localName !== 'svg') continue;
      let frame = element.parentElement;
      while (frame && !scrolls(frame)) frame = frame.parentElement;
      const isCut = element.getBoundingClientRect().right > root.clientWidth + 1;
      if (isCut && !frame) wrong('sideways', element);
      if (!scrolls(element) || element.scrollWidth <= element.clientWidth) continue;
      const isTable = element.querySelector(':scope > table') && element.getAttribute('role') === 'region' && name(element);
      if (!isTable) wrong('frame', `${named(element)} scrolls and is no named frame of a table`);
      if (element.tabIndex < 0) wrong('frame', `${named(element)} cannot be focused`);
    }
  }

  for (const look of [document_, ids, headings, charts, tables, contrasts, keyboard, sideways]) look();
  return { wide: view.innerWidth, dark: isDark, texts: words(page.body.textContent).length, found: [...found] };
}

addEventListener('load', () => {
  const frames = [...document.querySelectorAll('iframe')];
  document.getElementById('found').textContent = JSON.stringify(frames.map(frame => audit(frame.contentWindow)));
});
