import { type PassingTime, Precedence } from './precedence.ts';

/** Time that passes when it is told to. */
class ToldTime implements PassingTime {
  #now = 0;
  readonly #coming = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const one = { at: this.#now + ms, run };
    this.#coming.add(one);
    return () => this.#coming.delete(one);
  }

  /** Lets so much pass, a millisecond at a time, each with what follows from it. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left--) {
      this.#now++;
      for (const one of [...this.#coming]) {
        if (one.at > this.#now || !this.#coming.delete(one)) continue;
        one.run();
      }
      await new Promise((done) => setImmediate(done));
    }
  }
}

describe('what nobody waits for', () => {
  const time = new ToldTime();
  const until = (ms: number) => new Promise<void>((done) => time.after(ms, done));

  const watched = () => {
    const precedence = new Precedence(time);
    const log: string[] = [];
    return {
      precedence,
      log,
      first: (name: string, ms: number) =>
        precedence.first(async () => {
          await until(ms);
          log.push(name);
        }),
      afterwards: (name: string, ms = 0) =>
        precedence.afterwards('trail', async () => {
          log.push(name);
          if (ms > 0) await until(ms);
          if (ms > 0) log.push(`${name} ended`);
        }),
    };
  };

  it('begins at once where nobody else is at work', async () => {
    const { afterwards, log } = watched();
    await afterwards('record');
    expect(log).toEqual(['record']);
  });

  it('lets what is at work end, and what follows from it a moment later', async () => {
    const { first, afterwards, log } = watched();
    const one = first('strength', 30);
    const record = afterwards('record');
    await time.pass(30);
    await one;
    // The event that it recorded is on its way to the next service.
    await time.pass(8);
    const two = first('level', 30);
    await time.pass(60);
    await Promise.all([two, record]);
    expect(log).toEqual(['strength', 'level', 'record']);
  });

  it('does not wait longer than a fifth of a second, however much there is to do', async () => {
    const { first, afterwards, log } = watched();
    const endless = first('endless', 1000);
    const record = afterwards('record');
    await time.pass(199);
    expect(log).toEqual([]);
    await time.pass(1);
    await record;
    expect(log).toEqual(['record']);
    await time.pass(1000);
    await endless;
  });

  it('goes on one after the other, in the order in which it came', async () => {
    const { first, afterwards, log } = watched();
    const one = first('strength', 5);
    const all = ['a', 'b', 'c'].map((name) => afterwards(name, 20));
    await time.pass(100);
    await Promise.all([one, ...all]);
    expect(log).toEqual(['strength', 'a', 'a ended', 'b', 'b ended', 'c', 'c ended']);
  });

  it('is not held up by work that failed', async () => {
    const { precedence, afterwards, log } = watched();
    await expect(precedence.first(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const record = afterwards('record');
    await time.pass(30);
    await record;
    expect(log).toEqual(['record']);
  });

  it('does not begin while something is on its way to those who are waited for', async () => {
    const { precedence, first, afterwards, log } = watched();
    precedence.coming();
    const record = afterwards('record');
    await time.pass(8);
    const one = first('strength', 30);
    await time.pass(60);
    await Promise.all([one, record]);
    expect(log).toEqual(['strength', 'record']);
  });

  it('stands back half of the time where the others never rest, so that it does not grow without end', async () => {
    const { first, afterwards, log } = watched();
    const endless = first('endless', 1000);
    const one = afterwards('one');
    await time.pass(200);
    await one;
    await afterwards('two');
    await time.pass(199);
    await afterwards('three');
    await time.pass(1);
    const four = afterwards('four');
    await time.pass(100);
    expect(log).toEqual(['one', 'two', 'three']);
    await time.pass(100);
    await four;
    expect(log).toEqual(['one', 'two', 'three', 'four']);
    await time.pass(400);
    await endless;
  });

  it('is told of quiet all at once, at once where there is quiet, and after a fifth of a second where there is none', async () => {
    const { precedence, first } = watched();
    await precedence.quiet();
    const one = first('strength', 30);
    let told = 0;
    const tell = () => precedence.quiet().then(() => told++);
    const some = [tell(), tell()];
    await time.pass(30);
    await one;
    expect(told).toBe(0);
    await time.pass(20);
    expect(told).toBe(2);
    const endless = first('endless', 300);
    const late = tell();
    await time.pass(199);
    expect(told).toBe(2);
    await time.pass(1);
    expect(told).toBe(3);
    await time.pass(100);
    await Promise.all([...some, late, endless]);
  });
});
