using System.Globalization;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Runs a read that may block: waits for what is watched to change, sets the headers, and has the answer written.</summary>
internal static class BlockingQuery
{
    /// <summary>The index of what never changes.</summary>
    private const long Still = 1;

    /// <summary>Answers when a service's index, of one kind, is above what the client knows.</summary>
    public static async Task OfService(ConsulCall call, string service, Func<ServiceIndex, Watched> watched, Func<Task> answer)
    {
        call.NeedReady();
        var query = call.Query;
        if (query.Index == 0 || !BlockingRule.Blocks(query.Index, watched(call.Indexes.Observe(service)).Index))
        {
            // Before the content is read: what comes in between is told as of the next index.
            await AnswerAsync(call, watched(call.Indexes.Observe(service)).Index, answer);
            return;
        }

        call.Door.EnterBlocked();
        var index = call.Indexes.Hold(service);
        try
        {
            await WaitAsync(call, watched(index), () => call.Indexes.Observe(service));
        }
        finally
        {
            call.Indexes.Release(index);
            call.Door.LeaveBlocked();
        }

        await AnswerAsync(call, watched(call.Indexes.Observe(service)).Index, answer);
    }

    /// <summary>Answers when the index of something that is always there is above what the client knows.</summary>
    public static async Task Of(ConsulCall call, Watched watched, Func<Task> answer)
    {
        call.NeedReady();
        if (BlockingRule.Blocks(call.Query.Index, watched.Index))
        {
            call.Door.EnterBlocked();
            try
            {
                await WaitAsync(call, watched, () => { });
            }
            finally
            {
                call.Door.LeaveBlocked();
            }
        }

        await AnswerAsync(call, watched.Index, answer);
    }

    /// <summary>Answers at once the first time, and after the whole wait from then on: for what is never there.</summary>
    public static Task OfNothing(ConsulCall call, Func<Task> answer) => Of(call, new Watched(Still), answer);

    /// <summary>Waits until the content's hash is not the client's; agents block by that.</summary>
    /// <param name="call">The request.</param>
    /// <param name="service">Whose change is worth a look.</param>
    /// <param name="hash">The hash that the client knows; null to wait for nothing.</param>
    /// <param name="current">The hash now; null when there is nothing.</param>
    public static async Task UntilHashChanges(ConsulCall call, string service, string? hash, Func<string?> current)
    {
        if (hash is null || current() != hash)
            return;
        call.Door.EnterBlocked();
        var index = call.Indexes.Hold(service);
        try
        {
            var until = call.Door.Time.GetTimestamp();
            var patience = call.Door.Patience(call.Query.Wait);
            while (true)
            {
                using var waiter = index.Catalog.Enter();
                var left = patience - call.Door.Time.GetElapsedTime(until);
                if (current() != hash || left <= TimeSpan.Zero || !await waiter.WaitAsync(left, call.Door.Time, call.Stopping))
                    return;
            }
        }
        finally
        {
            call.Indexes.Release(index);
            call.Door.LeaveBlocked();
        }
    }

    private static async Task WaitAsync(ConsulCall call, Watched watched, Action look)
    {
        var known = watched.Index;
        using var waiter = watched.Enter();
        // Once in line: a change that came before is seen now, a later one wakes.
        look();
        if (watched.Index == known && BlockingRule.Blocks(call.Query.Index, known))
            await waiter.WaitAsync(call.Door.Patience(call.Query.Wait), call.Door.Time, call.Stopping);
    }

    private static Task AnswerAsync(ConsulCall call, long index, Func<Task> answer)
    {
        var query = call.Query;
        var headers = call.Http.Response.Headers;
        headers["X-Consul-Index"] = BlockingRule.Shown(query.Index, index, call.Registry.Revision).ToString(CultureInfo.InvariantCulture);
        headers["X-Consul-KnownLeader"] = call.Registry.IsReady ? "true" : "false";
        headers["X-Consul-LastContact"] = "0";
        headers["X-Consul-Effective-Consistency"] = query.IsConsistent ? "consistent" : query.IsStale ? "stale" : "leader";
        if (query.IsCached)
            headers["X-Cache"] = "MISS";
        return answer();
    }
}
