export interface Organization {
  /** 32 lower-case hex digits. */
  id: string;
  /**
   * Agent node; decides how many deployments run at once (docs/upstream/quantconnect.md, Throttling and capacity).
   * @default 'A-MICRO'
   */
  nodeSku?: string;
  name?: string;
}

/** A user of QuantConnect. Accounts with the same organization id share everything in it. */
export interface Account {
  /** Numeric text. */
  userId: string;
  apiToken: string;
  organizations: Organization[];
  /** @default `User <userId>` */
  name?: string;
}
