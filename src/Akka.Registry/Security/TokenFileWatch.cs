namespace Akka.Registry.Security;

/// <summary>Looks at the file of tokens now and then, and says when its content is another one.</summary>
/// <remarks>
/// By content, not by notice or time stamp: a secret that is mounted into a container is exchanged as a whole directory behind symbolic
/// links, which neither shows. The file is small.
/// </remarks>
internal sealed class TokenFileWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _disposed;

    /// <param name="options">Which file, and how often.</param>
    /// <param name="content">What it held when it was read.</param>
    /// <param name="changed">Called when it holds something else, or can be read no longer; once for each such change.</param>
    /// <param name="time">The clock.</param>
    public TokenFileWatch(SecurityOptions options, byte[] content, Action changed, TimeProvider time) =>
        _running = Task.Run(() => RunAsync(options, content, changed, time));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(SecurityOptions options, byte[]? content, Action changed, TimeProvider time)
    {
        using var tick = new PeriodicTimer(options.TokensReload, time);
        while (await tick.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            var now = TokenFile.ReadContent(options.TokensFile);
            if (now is null ? content is null : content is not null && now.AsSpan().SequenceEqual(content))
                continue;
            content = now;
            changed();
        }
    }
}
