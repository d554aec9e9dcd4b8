using System.Globalization;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Runs a read that may block: waits for what is watched to change, sets the headers, and has the answer written.</summary>
internal static class BlockingQuery
{
    /// <summary>The index of what never changes.</summary>
    private const long Still = 1;

    /// <summary>
    /// How long an answer is put off that may be no news, where much moves that is none: so who is moved between nodes does not spin.
    /// </summary>
    private static readonly TimeSpan UnsureHold = TimeSpan.FromSeconds(1);

    /// <summary>Answers when a service's index, of one kind, is above what the client knows.</summary>
    public static async Task OfService(ConsulCall call, string service, Func<ServiceIndex, Watched> watched, Func<Task> answer)
    {
        call.NeedReady();
        // What the caller may not see is as if it were not there, its index too: that of a name that no service has.
        if (call.Guard is not null && !call.Guard.MayRead(service))
            service = "";
        var index = call.Indexes.Observe(service);
        var step = BlockingRule.First(call.Query.Index, watched(index).Index, index.Movement.Revision);
        if (step == BlockingStep.Answer)
        {
            // The index before the content: what comes in between is told as of the next one.
            await AnswerAsync(call, watched(index).Index, answer);
            return;
        }

        call.Door.EnterBlocked(call.Client);
        index = call.Indexes.Hold(service);
        long shown;
        try
        {
            shown = await WaitAsync(
                call, new Watch(watched(index), index.Movement, () => index.View is null, to => call.Indexes.Raise(index, watched(index), to)),
                () => call.Indexes.Observe(service));
        }
        finally
        {
            call.Indexes.Release(index);
            call.Door.LeaveBlocked(call.Client);
        }

        await AnswerAsync(call, shown, answer);
    }

    /// <summary>Answers when the index of something that is always there is above what the client knows.</summary>
    public static async Task Of(ConsulCall call, Watched watched, Func<Task> answer, Movement? movement = null)
    {
        call.NeedReady();
        movement ??= call.Indexes.Movement;
        var shown = watched.Index;
        if (BlockingRule.First(call.Query.Index, shown, movement.Revision) != BlockingStep.Answer)
        {
            call.Door.EnterBlocked(call.Client);
            try
            {
                shown = await WaitAsync(call, new Watch(watched, movement, static () => true, watched.RaiseTo), static () => { });
            }
            finally
            {
                call.Door.LeaveBlocked(call.Client);
            }
        }

        await AnswerAsync(call, shown, answer);
    }

    /// <summary>Answers at once the first time, and after the whole wait from then on: for what is never there.</summary>
    public static Task OfNothing(ConsulCall call, Func<Task> answer) => Of(call, new Watched(Still), answer, new Movement(Still));

    /// <summary>Waits until the content's hash is not the client's; agents block by that.</summary>
    /// <param name="call">The request.</param>
    /// <param name="service">Whose change is worth a look.</param>
    /// <param name="hash">The hash that the client knows; null to wait for nothing.</param>
    /// <param name="current">The hash now; null when there is nothing.</param>
    public static async Task UntilHashChanges(ConsulCall call, string service, string? hash, Func<string?> current)
    {
        if (hash is null || current() != hash)
            return;
        call.Door.EnterBlocked(call.Client);
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
            call.Door.LeaveBlocked(call.Client);
        }
    }

    /// <summary>Waits as the rule says.</summary>
    /// <returns>The index to show.</returns>
    private static async Task<long> WaitAsync(ConsulCall call, Watch watch, Action look)
    {
        var (given, patience) = (call.Query.Index, call.Door.Patience(call.Query.Wait));
        var began = call.Door.Time.GetTimestamp();
        while (true)
        {
            using var forIndex = watch.Watched.Enter();
            using var forMovement = watch.Movement.Enter();
            // Once in line: a change that came before is seen now, a later one wakes.
            look();
            var left = patience - call.Door.Time.GetElapsedTime(began);
            if (left < TimeSpan.Zero)
                left = TimeSpan.Zero;
            var step = BlockingRule.First(given, watch.Watched.Index, watch.Movement.Revision);
            if (step == BlockingStep.Answer)
                return watch.Watched.Index;
            var gate = step switch { BlockingStep.AwaitIndex => forIndex, BlockingStep.AwaitMovement => forMovement, _ => null };
            if (gate is not null)
            {
                var isWoken = await gate.WaitAsync(left, call.Door.Time, call.Stopping);
                // What the client has seen is no news: this node has caught up with the one that gave the index.
                if (isWoken && (ulong)watch.Watched.Index == given)
                    continue;
                if (!isWoken || step == BlockingStep.AwaitIndex)
                    return BlockingRule.AfterWait(given, watch.Watched.Index, call.Registry.Revision);
            }

            if (watch.IsVague() && (ulong)watch.Watched.Index <= given)
                await forIndex.WaitAsync(UnsureHold < left ? UnsureHold : left, call.Door.Time, call.Stopping);
            var (index, revision) = (watch.Watched.Index, watch.Movement.Revision);
            // From now on it is this node's own: who brings it waits for what can be seen.
            watch.Raise(Math.Max(index, revision));
            return BlockingRule.AfterMovement(given, index, revision, call.Registry.Revision);
        }
    }

    private static Task AnswerAsync(ConsulCall call, long index, Func<Task> answer)
    {
        var query = call.Query;
        var headers = call.Http.Response.Headers;
        headers["X-Consul-Index"] = index.ToString(CultureInfo.InvariantCulture);
        headers["X-Consul-KnownLeader"] = call.Registry.IsReady ? "true" : "false";
        headers["X-Consul-LastContact"] = "0";
        headers["X-Consul-Effective-Consistency"] = query.IsConsistent ? "consistent" : query.IsStale ? "stale" : "leader";
        if (query.IsCached)
            headers["X-Cache"] = "MISS";
        return answer();
    }

    /// <summary>What a query waits for.</summary>
    /// <param name="Watched">What can be seen of it.</param>
    /// <param name="Movement">Everything that moves it.</param>
    /// <param name="IsVague">Whether much may move that is no news: the movement is the whole registry's.</param>
    /// <param name="Raise">Raises the index.</param>
    private sealed record Watch(Watched Watched, Movement Movement, Func<bool> IsVague, Action<long> Raise);
}
