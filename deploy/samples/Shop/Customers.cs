using System.Net.Http.Json;

namespace Shop;

/// <summary>Comes at an even rate, whatever the answers take: slow answers do not make it ask less often.</summary>
/// <param name="clients">Where clients come from.</param>
/// <param name="callsPerSecond">How many calls; 1 to 10,000.</param>
/// <param name="time">For how long.</param>
internal sealed class Customers(IHttpClientFactory clients, int callsPerSecond, TimeSpan time)
{
    private const int AtOnceMax = 2_000;

    /// <summary>Calls until the time is over or it is stopped, and waits for all answers.</summary>
    public async Task<Tally> ComeAsync(CancellationToken stop)
    {
        var tally = new Tally();
        var calls = new HashSet<Task>();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && clock.GetElapsedTime(began) < time)
        {
            var due = (long)(clock.GetElapsedTime(began).TotalSeconds * callsPerSecond);
            calls.RemoveWhere(call => call.IsCompleted);
            while (tally.Begun < due && calls.Count < AtOnceMax)
                calls.Add(CallAsync(tally.Begin(), tally));
            await ticks.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(calls);
        return tally;
    }

    private async Task CallAsync(int number, Tally tally)
    {
        try
        {
            using var orders = clients.CreateClient("orders");
            var order = await orders.GetFromJsonAsync<Order>($"orders/{number}");
            if (order is null || order.Id != number)
                tally.Fail($"order {number} came as {order?.Id}");
            else
                tally.Serve(order.ServedBy);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            tally.Fail(failure.Message);
        }
    }
}

/// <summary>What the service answers.</summary>
/// <param name="Id">The order's number.</param>
/// <param name="State">How far it is.</param>
/// <param name="ServedBy">The process that answered.</param>
internal sealed record Order(int Id, string State, int ServedBy);
