namespace Akka.Registry.Client.Http;

/// <summary>
/// How many attempts beyond the first are allowed: one is while those of the last ten seconds, it included, are no more than a share of the calls
/// of the last ten seconds and a few for each of the seconds. A machine: time is handed in. One thread at a time.
/// </summary>
/// <remarks>
/// A service that fails altogether then gets a fifth more load from its callers, not several times as much; and one that lost an instance has a
/// budget that fits its traffic. After Finagle's RetryBudget, whose deposits expire after ten seconds too. Seconds are whole ones, so that the
/// ten are the current one, however far it is, and the nine before.
/// </remarks>
/// <seealso href="https://twitter.github.io/finagle/guide/Clients.html#retries">Finagle: retry budgets</seealso>
internal sealed class RetryBudget(double share, double perSecond)
{
    /// <summary>Seconds that are looked at together.</summary>
    public const int Seconds = 10;

    private readonly long[] _calls = new long[Seconds];
    private readonly long[] _taken = new long[Seconds];
    private long _second;
    private long _callSum;
    private long _takenSum;

    /// <summary>A call begins.</summary>
    /// <param name="now">On the owner's clock; not below zero.</param>
    public void OnCall(TimeSpan now)
    {
        MoveTo(now);
        _calls[_second % Seconds]++;
        _callSum++;
    }

    /// <summary>Takes one attempt.</summary>
    /// <param name="now">On the owner's clock; not below zero.</param>
    /// <returns>False when none is left; nothing is taken then.</returns>
    public bool TryTake(TimeSpan now)
    {
        MoveTo(now);
        if (_takenSum + 1 > (share * _callSum) + (perSecond * Seconds))
            return false;
        _taken[_second % Seconds]++;
        _takenSum++;
        return true;
    }

    private void MoveTo(TimeSpan now)
    {
        // Two threads may have read the clock in another order than they come here.
        var second = Math.Max(_second, now.Ticks / TimeSpan.TicksPerSecond);
        var passed = Math.Min(Seconds, second - _second);
        for (var i = 0; i < passed; i++)
        {
            var slot = (second - i) % Seconds;
            (_callSum, _takenSum) = (_callSum - _calls[slot], _takenSum - _taken[slot]);
            (_calls[slot], _taken[slot]) = (0, 0);
        }

        _second = second;
    }
}
