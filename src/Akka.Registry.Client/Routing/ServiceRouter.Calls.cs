using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <remarks>
/// <para>Ways to call: each takes the call itself as a delegate, counts it, and learns from what it comes to. An exception is a failure of the
/// instance, but for one of cancellation after the caller's token, or a race that is over, has cancelled it.</para>
/// <para>Akka's routers of the same names; other than there a race is won by the first that succeeds, not by the first that fails.</para>
/// </remarks>
public sealed partial class ServiceRouter
{
    /// <summary>Calls one instance; for the first view of a service it waits up to <see cref="RoutingOptions.FirstViewTimeout"/>.</summary>
    /// <exception cref="NoInstanceException">No instance may be called, or no view came in time.</exception>
    /// <exception cref="RegistryRefusedException">The service cannot be followed.</exception>
    public async Task<T> CallAsync<T>(
        string service, Func<ServiceInstance, CancellationToken, Task<T>> call, RouteQuery query = default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        await WaitForViewAsync(service, cancellation);
        var route = Choose(service, query, []) ?? throw NoInstance(service, query.Method);
        return await CallAsync(route, call, cancellation);
    }

    /// <summary>
    /// Calls every instance that may be called, those that are ejected left out, at most <see cref="RoutingOptions.BroadcastCallsMax"/> at once.
    /// </summary>
    /// <returns>What each came to, the best tier first. A failure is in its result, and stops nobody.</returns>
    /// <exception cref="NoInstanceException">No instance may be called, or no view came in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; calls that were under way are too.</exception>
    /// <exception cref="RegistryRefusedException">The service cannot be followed.</exception>
    public async Task<IReadOnlyList<CallResult<T>>> BroadcastAsync<T>(
        string service, Func<ServiceInstance, CancellationToken, Task<T>> call, RouteQuery query = default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        await WaitForViewAsync(service, cancellation);
        var routes = ChooseMany(service, int.MaxValue, query with { Policy = null, Logic = "broadcast" });
        if (routes.Count == 0)
            throw NoInstance(service, query.Method);
        var results = new CallResult<T>[routes.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Options.BroadcastCallsMax, CancellationToken = cancellation };
        await Parallel.ForAsync(0, results.Length, limits, async (i, token) =>
        {
            try
            {
                results[i] = new CallResult<T>(routes[i].Routee.Instance, await CallAsync(routes[i], call, token), null);
            }
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                results[i] = new CallResult<T>(routes[i].Routee.Instance, default, failure);
            }
        });
        return results;
    }

    /// <summary>Calls several instances at once; the first that succeeds wins, and the others are cancelled.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="call">The call; its token is cancelled when another has won. An answer that comes too late is disposed of.</param>
    /// <param name="count">How many instances, at least 1; fewer are called where there are fewer.</param>
    /// <param name="within">How long at most, from the moment that there is a view; more than zero.</param>
    /// <param name="query">What else is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AggregateException">All failed.</exception>
    /// <exception cref="TimeoutException">None has answered in time.</exception>
    /// <exception cref="NoInstanceException">No instance may be called, or no view came in time.</exception>
    /// <exception cref="RegistryRefusedException">The service cannot be followed.</exception>
    public Task<T> ScatterGatherFirstAsync<T>(
        string service, Func<ServiceInstance, CancellationToken, Task<T>> call, int count, TimeSpan within, RouteQuery query = default,
        CancellationToken cancellation = default) =>
        RaceAsync(service, call, count, TimeSpan.Zero, within, query, cancellation);

    /// <summary>
    /// Calls one instance, and another one each time that an interval has passed without an answer, or that one fails; the first that succeeds wins.
    /// </summary>
    /// <param name="service">The service's name.</param>
    /// <param name="call">The call; its token is cancelled when another has won. An answer that comes too late is disposed of.</param>
    /// <param name="interval">How long one has before another is called too; more than zero. About the 95th percentile doubles few calls.</param>
    /// <param name="within">How long at most, from the moment that there is a view; more than zero.</param>
    /// <param name="query">What else is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <remarks>Dean and Barroso, "The tail at scale" (2013): hedged requests. Each instance is called once at most.</remarks>
    /// <exception cref="AggregateException">All failed.</exception>
    /// <exception cref="TimeoutException">None has answered in time.</exception>
    /// <exception cref="NoInstanceException">No instance may be called, or no view came in time.</exception>
    /// <exception cref="RegistryRefusedException">The service cannot be followed.</exception>
    public Task<T> TailChoppingAsync<T>(
        string service, Func<ServiceInstance, CancellationToken, Task<T>> call, TimeSpan interval, TimeSpan within, RouteQuery query = default,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return RaceAsync(service, call, int.MaxValue, interval, within, query, cancellation);
    }

    /// <summary>Waits for a first view, as long as the options allow.</summary>
    /// <exception cref="NoInstanceException">None came in time.</exception>
    internal async ValueTask WaitForViewAsync(string service, CancellationToken cancellation)
    {
        if (Directory.Find(service) is not null)
            return;
        using var late = new CancellationTokenSource(Options.FirstViewTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            await Directory.GetAsync(service, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw NoInstanceException.Unknown(service);
        }
    }

    private async Task<T> RaceAsync<T>(
        string service, Func<ServiceInstance, CancellationToken, Task<T>> call, int count, TimeSpan interval, TimeSpan within, RouteQuery query,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(within, TimeSpan.Zero);
        await WaitForViewAsync(service, cancellation);
        var routes = ChooseMany(service, count, query);
        if (routes.Count == 0)
            throw NoInstance(service, query.Method);
        using var late = new CancellationTokenSource(within, Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        var running = new List<Task<T>>();
        var failures = new List<Exception>();
        try
        {
            for (var next = 0; next < routes.Count || running.Count > 0;)
            {
                if (next < routes.Count)
                    running.Add(CallAsync(routes[next++], call, over.Token));
                if (interval == TimeSpan.Zero && next < routes.Count)
                    continue;
                if (await FirstEndedAsync(running, next < routes.Count ? interval : Timeout.InfiniteTimeSpan, over.Token) is not { } ended)
                    continue;
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                    return await ended;
                over.Token.ThrowIfCancellationRequested();      // It may have ended by that, and before the wait for it did.
                failures.Add(ended.Exception?.InnerException ?? new OperationCanceledException("The call was cancelled by itself."));
            }

            throw new AggregateException($"All {failures.Count} instances of '{service}' that were called have failed.", failures);
        }
        catch (OperationCanceledException end) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"None of the {running.Count + failures.Count} instances of '{service}' that were called has answered within {within}.", end);
        }
        finally
        {
            await over.CancelAsync();
            foreach (var loser in running)
                _ = ForgetAsync(loser);
        }
    }

    /// <summary>The next that ends; null when the interval passes first.</summary>
    private async Task<Task<T>?> FirstEndedAsync<T>(List<Task<T>> running, TimeSpan interval, CancellationToken over)
    {
        Task<T>? ended;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(over))
        {
            ended = await Task.WhenAny([.. running, Task.Delay(interval, Time, stop.Token)]) as Task<T>;
            await stop.CancelAsync();
        }

        if (ended is null)
            over.ThrowIfCancellationRequested();
        return ended;
    }

    /// <summary>What comes after a race is over is nobody's; what holds something lets go of it.</summary>
    private static async Task ForgetAsync<T>(Task<T> loser)
    {
        try
        {
            (await loser as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // It was counted where it failed; nobody waits for it.
        }
    }

    private static async Task<T> CallAsync<T>(
        Route route, Func<ServiceInstance, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var counted = new RoutedCall(route.Routes, route.Routee);
        try
        {
            var value = await call(counted.Instance, cancellation);
            counted.Report(CallOutcome.Succeeded);
            return value;
        }
        catch (Exception failure)
        {
            if (!cancellation.IsCancellationRequested)
                counted.Report(CallFailures.OutcomeOf(failure));
            throw;
        }
    }
}
