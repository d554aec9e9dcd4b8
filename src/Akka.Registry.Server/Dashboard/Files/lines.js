/** Lines of a stream of bytes. A line of many megabytes (a snapshot) is put together once, not again with each piece that arrives. */
export async function* split(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pieces = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      let from = 0;
      for (let end = value.indexOf('\n'); end >= 0; end = value.indexOf('\n', from)) {
        pieces.push(value.slice(from, end));
        yield pieces.join('');
        pieces = [];
        from = end + 1;
      }
      pieces.push(value.slice(from));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
