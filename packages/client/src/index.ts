export { type AuthOptions, type ClientOptions, createClient, type QuantgateClient } from './client.ts';
export type { Environment, Timer } from './environment.ts';
export {
  type FieldProblem,
  GatewayFailure,
  isPassing,
  isQuantgateError,
  type QuantgateError,
} from './errors.ts';
export type { FeedItem } from './feeds/feed.ts';
export type {
  ConversationOptions,
  DeploymentUpdate,
  EventFeedOptions,
  FeedOptions,
  Feeds,
  FollowOptions,
  ListUpdate,
  Message,
  RunUpdate,
} from './feeds/feeds.ts';
export * from './generated/graphql.ts';
export type { OperationOptions, RestRequest, TypedDocument } from './operations.ts';
export type { PasswordReset, Passwords, Session, SessionState, SessionUser } from './session/session.ts';
export type { Tokens } from './session/tokens.ts';
export type { Connection } from './socket.ts';
