using Akka.Registry.Actors;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Wire;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd.Leases;

/// <summary>Keeps leases alive on one stream, each by a third of its TTL. Any thread.</summary>
internal sealed class LeaseKeeper(EtcdClient client, EtcdOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <summary>Asked at once: what is due beyond waits for the next round.</summary>
    private const int RoundMax = 2_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Kept> _leases = [];
    private readonly PriorityQueue<long, long> _due = new();

    /// <summary>Leases that are kept alive.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _leases.Count;
        }
    }

    /// <summary>Keeps a lease from now on.</summary>
    /// <param name="lease">Its id.</param>
    /// <param name="ttl">Its TTL.</param>
    /// <param name="ended">Told once when it is found to have ended.</param>
    public void Keep(long lease, TimeSpan ttl, Action ended)
    {
        lock (_lock)
        {
            _leases[lease] = new Kept(ttl / 3, ended);
            _due.Enqueue(lease, (time.GetInstant() + (ttl / 3)).Ticks);
        }
    }

    /// <summary>Lets a lease be.</summary>
    public void Drop(long lease)
    {
        lock (_lock)
            _leases.Remove(lease);
    }

    /// <summary>Works until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        EtcdStream<LeaseKeepAliveResponse>? stream = null;
        var hasFailed = false;
        using var timer = new PeriodicTimer(Step, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var round = TakeDue();
                if (round.Count == 0)
                    continue;
                var member = client.Current;
                try
                {
                    using var late = new CancellationTokenSource(options.AttemptTimeout, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
                    stream = await RoundAsync(stream, round, either.Token);
                    hasFailed = false;
                }
                catch (Exception e) when (e is EtcdException || (e is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    stream?.Dispose();
                    stream = null;
                    client.Avoid(member);
                    if (!hasFailed)
                        Log.KeepAliveFailed(logger, e is EtcdException ? e.Message : $"{member} was silent.");
                    hasFailed = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
        finally
        {
            stream?.Dispose();
        }
    }

    private async Task<EtcdStream<LeaseKeepAliveResponse>> RoundAsync(
        EtcdStream<LeaseKeepAliveResponse>? stream, List<long> round, CancellationToken cancellation)
    {
        var sent = 0;
        if (stream is null)
        {
            var first = new LeaseKeepAliveRequest { Id = round[sent++] };
            stream = await client.OpenAsync(EtcdMethods.LeaseKeepAlive, LeaseKeepAliveResponse.Parser, cancellation, first);
        }

        while (sent < round.Count)
            stream.Write(new LeaseKeepAliveRequest { Id = round[sent++] });
        for (var answered = 0; answered < sent; answered++)
        {
            var answer = await stream.ReadAsync(cancellation);
            if (answer.Ttl <= 0)
                Ended(answer.Id);
        }

        return stream;
    }

    private void Ended(long lease)
    {
        Kept? kept;
        lock (_lock)
            _leases.Remove(lease, out kept);
        kept?.Ended();
    }

    private List<long> TakeDue()
    {
        var due = new List<long>();
        var now = time.GetInstant();
        lock (_lock)
        {
            while (due.Count < RoundMax && _due.TryPeek(out var lease, out var at) && at <= now.Ticks)
            {
                _due.Dequeue();
                if (!_leases.TryGetValue(lease, out var kept))
                    continue;
                due.Add(lease);
                // Also when this round fails: the next try is soon.
                _due.Enqueue(lease, (now + kept.Interval).Ticks);
            }
        }

        return due;
    }

    private sealed record Kept(TimeSpan Interval, Action Ended);
}
