/** A module of docs/guide/frontend.md; test/docs/frontend.test.ts compiles them. */
declare module 'guide:*';
