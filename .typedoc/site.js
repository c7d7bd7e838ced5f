/** Draws the diagrams of a page with the copy of Mermaid beside it, in the colours of the theme. */
(() => {
  const ASSETS = new URL('.', document.currentScript.src);

  const loadMermaid = () =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = new URL('mermaid.js', ASSETS);
      script.addEventListener('load', () => resolve(window.mermaid));
      script.addEventListener('error', reject);
      document.head.append(script);
    });

  /** Browsers resolve a colour that is written by `light-dark` only where it is used. */
  const colour = (name) => {
    const probe = document.createElement('i');
    probe.style.color = `var(--site-${name})`;
    document.body.append(probe);
    const [red, green, blue] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
    probe.remove();
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };

  const settings = () => {
    const [ink, line, paper, box, note] = ['ink', 'line', 'paper', 'box', 'note'].map(colour);
    return {
      startOnLoad: false,
      securityLevel: 'strict',
      theme: 'base',
      fontFamily: getComputedStyle(document.body).fontFamily,
      themeVariables: {
        fontSize: '15px',
        background: paper,
        primaryColor: box,
        primaryTextColor: ink,
        primaryBorderColor: line,
        secondaryColor: note,
        tertiaryColor: paper,
        tertiaryTextColor: ink,
        lineColor: line,
        textColor: ink,
        titleColor: ink,
        transitionLabelColor: ink,
        transitionColor: line,
        stateLabelColor: ink,
        stateBkg: box,
        compositeBackground: paper,
        compositeTitleBackground: note,
        altBackground: paper,
        edgeLabelBackground: paper,
        labelBackgroundColor: paper,
        specialStateColor: ink,
        innerEndBackground: paper,
        actorBkg: box,
        actorBorder: line,
        actorTextColor: ink,
        actorLineColor: line,
        signalColor: ink,
        signalTextColor: ink,
        noteBkgColor: note,
        noteBorderColor: note,
        noteTextColor: ink,
        labelBoxBkgColor: note,
        labelBoxBorderColor: line,
        labelTextColor: ink,
        loopTextColor: ink,
        sequenceNumberColor: paper,
      },
      sequence: {
        mirrorActors: false,
        actorMargin: 84,
        messageMargin: 34,
        boxMargin: 8,
        noteMargin: 6,
        height: 34,
        diagramMarginX: 12,
        diagramMarginY: 12,
        bottomMarginAdj: 8,
        actorFontSize: 15,
        actorFontWeight: 600,
        messageFontSize: 14,
        noteFontSize: 14,
      },
      state: { nodeSpacing: 44, rankSpacing: 44 },
    };
  };

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className !== '') made.className = className;
    made.append(...children);
    return made;
  };

  const NAMES = { sequenceDiagram: 'Sequence diagram', stateDiagram: 'Statechart' };

  /** The heading that a diagram stands below. */
  const headingOf = (block) => {
    for (let above = block; above !== null; above = above.previousElementSibling) {
      if (/^H\d$/.test(above.tagName)) return above.textContent.trim();
    }
    return document.title;
  };

  /** The drawing takes the place of its text, which stays to be unfolded. */
  const frame = (code, index) => {
    const block = code.closest('pre');
    const text = code.textContent;
    const [, name = 'Diagram'] =
      Object.entries(NAMES).find(([word]) => text.startsWith(word)) ?? [];
    const label = `${name}: ${headingOf(block)}`;
    const drawing = element('div', 'diagram-drawing');
    drawing.tabIndex = 0;
    drawing.setAttribute('role', 'region');
    drawing.setAttribute('aria-label', `${label} (${index + 1})`);
    const figure = element('figure', 'diagram', drawing);
    block.replaceWith(figure);
    figure.append(element('details', '', element('summary', '', `${name} as text`), block));
    return { drawing, text, label };
  };

  /** What an actor does by itself is written beside its line, not across it. */
  const besideItsLine = (drawn) => {
    for (const loop of drawn.querySelectorAll('path[class^=messageLine]')) {
      let text = loop.previousElementSibling;
      while (text !== null && !text.classList.contains('messageText')) {
        text = text.previousElementSibling;
      }
      text?.setAttribute('x', String(Number(text.getAttribute('x')) + 14));
      text?.style.setProperty('text-anchor', 'start');
    }
  };

  /** A wide drawing shrinks to the column as long as it can be read. */
  const READABLE = 0.66;

  const draw = async (mermaid, diagrams) => {
    mermaid.initialize(settings());
    for (const [index, { drawing, text, label }] of diagrams.entries()) {
      const { svg } = await mermaid.render(`diagram-${index}`, text);
      drawing.innerHTML = svg;
      const drawn = drawing.firstElementChild;
      drawn.setAttribute('role', 'img');
      drawn.setAttribute('aria-label', label);
      drawn.removeAttribute('aria-roledescription');
      drawn.style.minWidth = `${READABLE * drawn.viewBox.baseVal.width}px`;
      besideItsLine(drawn);
    }
    document.documentElement.dataset.diagrams = String(diagrams.length);
  };

  const start = async () => {
    const codes = [...document.querySelectorAll('pre > code.mermaid')];
    if (codes.length === 0) return;
    const mermaid = await loadMermaid();
    await document.fonts.ready;
    const diagrams = codes.map(frame);
    let drawn = draw(mermaid, diagrams);
    const again = () => {
      drawn = drawn.then(() => draw(mermaid, diagrams));
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
    new MutationObserver(again).observe(document.documentElement, {
      attributeFilter: ['data-theme'],
    });
    await drawn;
  };

  void start();
})();
