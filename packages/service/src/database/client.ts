import pg from 'pg';

type Answer = (error: Error | null, result: pg.QueryResult) => void;
type Query = (config: unknown, values?: unknown, answer?: Answer) => unknown;

/**
 * A client whose promises do not outlive their rows. Where pg makes the promise of a query itself, it assigns the function that fulfils it to
 * a property; V8 puts functions that are assigned so among what it expects to live long, and what such a function reaches (the query, its
 * rows) is not given back before a full collection. A function that is passed is short-lived: a tenth of what a request allocated stayed
 * otherwise, and each small collection copied it.
 */
export class Client extends pg.Client {
  // Two lines for pg's ten overloads: what it takes and answers is as before.
  override query = ((config: unknown, values?: unknown, answer?: Answer) => {
    const ask = super.query as Query;
    if (answer || typeof values === 'function' || typeof (config as pg.Submittable).submit === 'function')
      return ask.call(this, config, values, answer);
    return new Promise((resolve, reject) => {
      ask.call(this, config, values, (error, result) => (error ? reject(error) : resolve(result)));
    }).catch((error: Error) => {
      // The stack of whoever asked, not of the socket that was read.
      Error.captureStackTrace(error);
      throw error;
    });
  }) as pg.Client['query'];
}
