import './design/tokens.css';
import './design/base.css';
import './design/components.css';
import './design/collections.css';
import './design/floating.css';
import './design/forms.css';
import './design/layout.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme, readTheme } from './design/theme.ts';

applyTheme(readTheme());
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
