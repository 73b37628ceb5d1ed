/**
 * The bar above GraphiQL and `/docs`: who is signed in, or a form to sign in. The session is in cookies that scripts cannot
 * read, so it outlives a reload. `window.whenSignedIn` is a promise that is resolved when a user is signed in.
 */
(() => {
  const isGraphiql = /\/graphiql\/?$/.test(location.pathname);
  // The gateway may be below a path of its host.
  const root = new URL(location.pathname.replace(/(?:graphiql|docs)(?:\/.*)?$/, ''), location.origin);
  const call = (path, body, method = 'POST') =>
    fetch(new URL(path, root), {
      method,
      headers: { 'x-csrf': '1', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });

  const bar = document.createElement('header');
  bar.id = 'session';
  bar.innerHTML = `
    <span class="name"><img src="${document.querySelector('link[rel="icon"]').href}" alt="">Quantgate</span>
    <nav><a class="graphiql">GraphQL</a> &nbsp; <a class="docs">REST</a></nav>
    <p class="who" hidden><span></span><button type="button">Sign out</button></p>
    <form hidden>
      <span role="alert"></span>
      <label>E-mail <input name="email" type="email" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button>Sign in</button>
    </form>`;
  document.body.prepend(bar);
  const find = (selector) => bar.querySelector(selector);
  for (const [name, isCurrent] of [
    ['graphiql', isGraphiql],
    ['docs', !isGraphiql],
  ]) {
    const link = find(`a.${name}`);
    link.href = new URL(name, root).href;
    if (isCurrent) link.setAttribute('aria-current', 'page');
  }

  let resolveSignedIn;
  window.whenSignedIn = new Promise((resolve) => {
    resolveSignedIn = resolve;
  });
  /** Shows the user, or the form for `null`. */
  const show = (user) => {
    find('.who').hidden = user === null;
    find('form').hidden = user !== null;
    find('.who span').textContent = user?.email ?? '';
    if (user !== null) resolveSignedIn();
  };
  const showProblem = (text) => {
    find('[role="alert"]').textContent = text;
  };

  find('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    showProblem('');
    const { email, password } = Object.fromEntries(new FormData(event.target));
    try {
      const answer = await call('v1/auth/login', { email, password, session: 'cookie' });
      const { user, detail } = await answer.json();
      if (!answer.ok) return showProblem(detail);
      event.target.reset();
      show(user);
    } catch {
      showProblem('The gateway did not answer');
    }
  });
  find('.who button').addEventListener('click', async () => {
    await call('v1/auth/logout');
    location.reload();
  });

  // A session that ends while the page is open brings the form back.
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    const answer = await plainFetch(...request);
    const isSignIn = new URL(answer.url || location.href).pathname.endsWith('/v1/auth/login');
    if (answer.status === 401 && !isSignIn) show(null);
    return answer;
  };
  call('v1/me', undefined, 'GET')
    .then(async (answer) => show(answer.ok ? await answer.json() : null))
    .catch(() => show(null));
})();
