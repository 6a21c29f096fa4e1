// Counts what passed and what failed, and says so line by line.

const CHECK_SECONDS_MAX = 180;

export class Tally {
  passed = 0;
  failed = 0;
  failures = [];

  /** Runs one check; a failure is written down and does not end the run. Answers whether it passed. */
  async check(name, body) {
    const started = Date.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no end after ${CHECK_SECONDS_MAX} s`)),
        CHECK_SECONDS_MAX * 1000,
      );
    });
    try {
      await Promise.race([body(), late]);
      this.pass(name, Date.now() - started);
      return true;
    } catch (error) {
      this.fail(name, error?.stack ?? String(error));
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  pass(name, milliseconds) {
    this.passed += 1;
    console.log(`ok    ${name}${milliseconds === undefined ? '' : ` (${milliseconds} ms)`}`);
  }

  fail(name, reason) {
    this.failed += 1;
    this.failures.push(name);
    console.log(`FAIL  ${name}\n      ${String(reason).split('\n').slice(0, 12).join('\n      ')}`);
  }
}
