import { ConfigError, EnvironmentReader } from '@annex/service';
import { auditConfig } from './config.ts';

describe('the environment of audit', () => {
  it('lets a gap grow 10 s old unless told', () => {
    expect(auditConfig(new EnvironmentReader({}))).toEqual({ trailGapSeconds: 10 });
    expect(auditConfig(new EnvironmentReader({ ANNEX_TRAIL_GAP_SECONDS: '60' }))).toEqual({ trailGapSeconds: 60 });
  });

  it('names the variable that is wrong', () => {
    const read = new EnvironmentReader({ ANNEX_TRAIL_GAP_SECONDS: 'soon' });
    auditConfig(read);
    expect(() => read.finish()).toThrow(ConfigError);
    expect(() => read.finish()).toThrow(/ANNEX_TRAIL_GAP_SECONDS is "soon"/);
  });
});
