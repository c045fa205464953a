/** The time, from outside: everything in the bank that depends on it is given a clock. */
export interface Clock {
  now(): Date;
}
