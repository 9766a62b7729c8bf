/** The script of the HTML report: filters, search, and opening what a link names. Without it everything is shown. */

export const PAGE_SCRIPT = `
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const results = all('.result').map((element) => ({
    element,
    verdict: element.dataset.verdict,
    group: element.dataset.group,
    text: [...element.querySelectorAll('summary, .fields')].map((e) => e.textContent).join(' ').toLowerCase(),
  }));
  const search = document.querySelector('input[type=search]');
  const shown = { verdict: '', group: '' };

  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const { element, verdict, group, text } of results) {
      const isShown =
        (shown.verdict === '' || verdict === shown.verdict) &&
        (shown.group === '' || group === shown.group) &&
        words.every((word) => text.includes(word));
      element.hidden = !isShown;
      if (isShown) count++;
    }
    for (const section of all('[data-section]')) {
      const inside = section.querySelectorAll('.result:not([hidden])').length;
      section.hidden = inside === 0;
      section.querySelector('h2 span').textContent = inside;
    }
    const isAll = count === results.length;
    document.querySelector('.nothing').hidden = count > 0 || results.length === 0;
    document.querySelector('.matches').textContent = isAll ? '' : count + ' of ' + results.length + ' shown';
  };

  for (const kind of ['verdict', 'group']) {
    const attribute = kind === 'verdict' ? 'showVerdict' : 'showGroup';
    const buttons = all('.tools button').filter((button) => attribute in button.dataset);
    for (const button of buttons) {
      button.addEventListener('click', () => {
        // A second press takes the choice back.
        shown[kind] = shown[kind] === button.dataset[attribute] ? '' : button.dataset[attribute];
        for (const each of buttons) each.setAttribute('aria-pressed', String(each.dataset[attribute] === shown[kind]));
        apply();
      });
    }
  }
  search.addEventListener('input', apply);
  addEventListener('keydown', (event) => {
    if (event.key === '/' && event.target.tagName !== 'INPUT') {
      event.preventDefault();
      search.focus();
    }
    if (event.key === 'Escape' && event.target === search) {
      search.value = '';
      apply();
    }
  });

  const openNamed = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.tagName === 'DETAILS') {
      named.open = true;
      named.scrollIntoView();
    }
  };
  addEventListener('hashchange', openNamed);
  openNamed();

  // On paper nothing can be opened: failures and warnings are printed in full.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('.result.failed, .result.warned, .about').filter((element) => !element.open);
    for (const element of opened) element.open = true;
  });
  addEventListener('afterprint', () => {
    for (const element of opened) element.open = false;
  });
})();
`;
