import type { ReactNode } from 'react';

/** Says by a picture and in words where QuantConnect shows what the form asks for. */
export function WhereToFind(): ReactNode {
  return (
    <figure className="where">
      <svg viewBox="0 0 420 236" aria-hidden="true">
        <g className="where-window">
          <rect x="1" y="1" width="418" height="126" rx="8" />
          <path d="M1 27h418" />
          <circle cx="14" cy="14" r="3" />
          <circle cx="25" cy="14" r="3" />
          <circle cx="36" cy="14" r="3" />
        </g>
        <text x="56" y="18" className="where-small">
          quantconnect.com/account
        </text>
        <text x="18" y="50" className="where-strong">
          My Account
        </text>
        <text x="18" y="74">
          Profile
        </text>
        <rect x="10" y="82" width="86" height="22" rx="5" className="where-chosen" />
        <text x="18" y="97" className="where-strong">
          Security
        </text>
        <rect x="118" y="46" width="286" height="58" rx="6" className="where-mark" />
        <text x="132" y="70" className="where-strong">
          Request Email With Token and
        </text>
        <text x="132" y="88" className="where-strong">
          Your User-Id for API Requests
        </text>
        <g className="where-number">
          <circle cx="404" cy="46" r="11" />
          <text x="404" y="50">
            1
          </text>
        </g>
        <g className="where-window">
          <rect x="1" y="143" width="418" height="92" rx="8" />
          <path d="M1 175h418" />
          <circle cx="14" cy="159" r="3" />
          <circle cx="25" cy="159" r="3" />
          <circle cx="36" cy="159" r="3" />
        </g>
        <rect x="211" y="148" width="200" height="22" rx="5" className="where-mark" />
        <text x="56" y="163" className="where-small">
          quantconnect.com/organization/
        </text>
        <text x="219" y="162.5" className="where-tiny where-strong">
          0123456789abcdef0123456789abcdef
        </text>
        <g className="where-number">
          <circle cx="390" cy="184" r="11" />
          <text x="390" y="188">
            2
          </text>
        </g>
        <text x="18" y="200" className="where-strong">
          Organization
        </text>
        <text x="18" y="220">
          Home
        </text>
      </svg>
      <figcaption>
        <ol>
          <li>
            <strong>User id</strong> and <strong>API token</strong> come by e-mail: <em>your name</em> › My
            Account › Security › Request Email With Token and Your User-Id for API Requests.
          </li>
          <li>
            <strong>Organization id</strong> is the last part of the address of Organization › Home.
          </li>
        </ol>
      </figcaption>
    </figure>
  );
}
