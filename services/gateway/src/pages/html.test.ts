import { html } from './html.ts';

describe('html', () => {
  it('escapes everything that is put in, also within attributes and lists', () => {
    const evil = `"><script>alert('1')</script>&`;
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;';
    expect(html`<a title="${evil}">${[evil]}</a>`.text).toBe(`<a title="${escaped}">${escaped}</a>`);
  });

  it('takes its own kind as it is and nothing for what is not there', () => {
    expect(html`<p>${html`<b>${'<'}</b>`}${null}${undefined}${false}${0}</p>`.text).toBe('<p><b>&lt;</b>0</p>');
  });
});
